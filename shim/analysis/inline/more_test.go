package inline

import "testing"

func TestR(t *testing.T) {
	check(t, R, []program{
		{`cat(readLines(".env"))`, `read .env`},
		{`p <- ".env"; readLines(p)`, `read .env`},
		{`f <- file(".env", "r"); readLines(f)`, `read .env`},
		{`read.csv(file=".env")`, `read .env`},
		{`system("rm -rf /")`, `shell rm -rf /`},
		{`system2("rm", c("-rf", "/"))`, `exec rm -rf /`},
		{`unlink("x", recursive=TRUE)`, `delete-tree x`},
		{`unlink("x")`, `delete x`},
		{`file.remove(".env")`, `delete .env`},
		{`readLines(paste0(".", "env"))`, `read .env`},
		{`readLines(file.path("a", ".env"))`, `read a/.env`},
		{`source("x.R")`, `load x.R`},
		{`f <- function(p) { readLines(p) }
f(".env")`, `read .env`},
		{`for (f in c("a", "b")) unlink(f)`, `delete a; delete b`},
		{`print("unlink('x')")`, ``},
		{`# unlink("x")`, ``},
		{`x <- "rm -rf /"; print(x)`, ``},
		{`mean(c(1, 2, 3))`, ``},
		{`print(Sys.getenv("PATH"))`, ``},
		{`print(Sys.getenv())`, `environ`},
	})
}

func TestJulia(t *testing.T) {
	check(t, Julia, []program{
		{`println(read(".env", String))`, `read .env`},
		{"run(`cat .env`)", `exec cat .env`},
		{"run(`rm -rf $x`)", `exec rm -rf …`},
		{`rm("x", recursive=true)`, `delete-tree x`},
		{`rm("x")`, `delete x`},
		{`open(".env", "w") do f
  write(f, "x")
end`, `write .env; write …`},
		{`open(f -> read(f), ".env")`, `read .env; read …`},
		{`read("." * "env")`, `read .env`},
		{`e = "env"; read(".$e")`, `read .env`},
		{`println("rm -rf /")`, ``},
		{`# rm("x")`, ``},
		{`x = [1, 2, 3]; println(x')`, ``},
	})
}

func TestOctave(t *testing.T) {
	check(t, Octave, []program{
		{`disp(fileread('.env'))`, `read .env`},
		{`system('rm -rf /');`, `shell rm -rf /`},
		{`delete('x')`, `delete x`},
		{`f = fopen(".env", "w");`, `write .env`},
		{`fileread(strcat('.', 'env'))`, `read .env`},
		{`disp('system("x")')`, ``},
		{`% system('x')`, ``},
		{`a = b'; c = 'it''s';`, ``},
	})
}

func TestTcl(t *testing.T) {
	check(t, Tcl, []program{
		{`puts [read [open .env]]`, `read .env`},
		{`set f [open ".env" w]`, `write .env`},
		{`exec cat .env`, `exec cat .env`},
		{`exec cat < .env > out`, `read .env; write out; exec cat`},
		{`file delete -force x`, `delete-tree x`},
		{`file delete a b`, `delete a; delete b`},
		{`file rename a b; file copy c d`, `rename a -> b; copy c -> d`},
		{`set p .env; open $p`, `read .env`},
		{`set e env; open ".$e"`, `read .env`},
		{`source x.tcl`, `load x.tcl`},
		{`if {1} { exec rm -rf / }`, `exec rm -rf /`},
		{`proc f {} { file delete a }
f`, `delete a`},
		{`open "|cat .env"`, `exec cat .env`},
		{`open $env(HOME)/.netrc`, `read ~/.netrc`},
		{`eval $x`, `code … !`},
		{`spawn rm -rf /`, `exec rm -rf /`},
		{`parray env`, `environ`},
		{`puts "exec cat .env"`, ``},
		{`# exec cat .env`, ``},
		{`set x {exec cat .env}; puts $x`, ``},
		{`puts $env(PATH)`, ``},
		{`expr 1 + 2`, ``},
	})
}

func TestElixirErlang(t *testing.T) {
	check(t, Elixir, []program{
		{`IO.puts File.read!(".env")`, `read .env`},
		{`".env" |> File.read!() |> IO.puts()`, `read .env`},
		{`System.cmd("rm", ["-rf", "/"])`, `exec rm -rf /`},
		{`:os.cmd('cat .env')`, `shell cat .env`},
		{`File.rm_rf!("x")`, `delete-tree x`},
		{`File.read!("." <> "env")`, `read .env`},
		{`e = "env"; File.read!(".#{e}")`, `read .env`},
		{`Code.eval_string("File.rm!(\"a\")")`, `delete a`},
		{`IO.puts "File.rm!(x)"`, ``},
		{`# File.rm!("x")`, ``},
		{`Enum.map([1,2], fn x -> x * 2 end)`, ``},
		{`IO.puts System.get_env("PATH")`, ``},
	})
	check(t, Erlang, []program{
		{`file:read_file(".env").`, `read .env`},
		{`os:cmd("cat .env").`, `shell cat .env`},
		{`file:delete(".env"), halt().`, `delete .env`},
		{`io:format("file:delete(x)").`, ``},
		{`% file:delete("x").`, ``},
	})
}

func TestJava(t *testing.T) {
	check(t, Java, []program{
		{`System.out.println(Files.readString(Path.of(".env")));`, `read .env`},
		{`String p = ".env"; Files.readAllLines(Paths.get(p));`, `read .env`},
		{`Files.readAllLines(Paths.get("." + "env"));`, `read .env`},
		{`println new File('.env').text`, `read .env`},
		{`new File("x").delete();`, `delete x`},
		{`new File('x').deleteDir()`, `delete-tree x`},
		{`"cat .env".execute().text`, `shell cat .env`},
		{`['rm', '-rf', '/'].execute()`, `exec rm -rf /`},
		{`Runtime.getRuntime().exec("rm -rf /");`, `shell rm -rf /`},
		{`Runtime.getRuntime().exec(new String[]{"rm","-rf","/"});`, `exec rm -rf /`},
		{`new ProcessBuilder("rm", "-rf", "/").start();`, `exec rm -rf /`},
		{`Files.write(Path.of("x"), b);`, `write x`},
		{`stmt.executeUpdate("DROP TABLE x");`, `statement DROP TABLE x`},
		{`System.out.println("new File(\"x\").delete()");`, ``},
		{`// new File("x").delete()`, ``},
		{`/* Runtime.getRuntime().exec("x") */ int x = 1;`, ``},
		{`String s = "rm -rf /";`, ``},
		{`list.remove("x"); map.delete("y");`, ``},
	})
}

func TestGo(t *testing.T) {
	check(t, Go, []program{
		{`package main
import "os"
func main() { b, err := os.ReadFile(".env"); println(string(b), err) }`, `read .env`},
		{`package main
func main() {
	p := "." + "env"
	f, _ := os.Open(p)
	defer f.Close()
}`, `read .env`},
		{`func main() { os.RemoveAll("/") }`, `delete-tree /`},
		{`func main() { exec.Command("rm", "-rf", "/").Run() }`, `exec rm -rf /`},
		{`func main() { exec.CommandContext(ctx, "rm", "x").Run() }`, `exec rm x`},
		{`func main() { os.ReadFile(filepath.Join("a", ".env")) }`, `read a/.env`},
		{`func rd(p string) { os.ReadFile(p) }
func main() { rd(".env") }`, `read .env`},
		{`func main() { for _, f := range []string{"a", "b"} { os.Remove(f) } }`, `delete a; delete b`},
		{`func main() { fmt.Println(os.Environ()) }`, `environ`},
		{`func main() { http.NewRequest("DELETE", "https://x", nil) }`, `request DELETE https://x`},
		{`func main() { db.Exec("DROP TABLE x") }`, `statement DROP TABLE x`},
		{"func main() { s := `os.RemoveAll(\"/\")`; fmt.Println(s) }", ``},
		{`func main() { fmt.Println("exec.Command(x)") }`, ``},
		{`// os.RemoveAll("/")
package main`, ``},
		{`func main() { fmt.Println(os.Getenv("PATH"), len(os.Args)) }`, ``},
		{`func main() { m := map[string]string{"open": ".env"}; delete(m, "open") }`, ``},
	})
}

func TestVimGdbLisp(t *testing.T) {
	check(t, Vim, []program{
		{`:e .env`, `read .env`},
		{`r .env`, `read .env`},
		{`r !cat .env`, `shell cat .env`},
		{`!rm -rf /`, `shell rm -rf /`},
		{`%!sort`, `shell sort`},
		{`w out`, `write out`},
		{`w! .env`, `write .env`},
		{`w >> log`, `append log`},
		{`so x.vim`, `load x.vim`},
		{`exe "!rm x"`, `shell rm x`},
		{`silent! !rm x`, `shell rm x`},
		{`call system('rm x')`, `shell rm x`},
		{`echo readfile('.env')`, `read .env`},
		{`py3 open('.env')`, `read .env`},
		{`e ~/.netrc`, `read ~/.netrc`},
		{`set nu | r .env`, `read .env`},
		{`" e .env`, ``},
		{`q!`, ``},
		{`w`, ``},
		{`%s/r .env/x/g`, ``},
		{`set number`, ``},
		{`wq`, ``},
		{`+10`, ``},
	})
	check(t, Gdb, []program{
		{`shell rm -rf /`, `shell rm -rf /`},
		{`!cat .env`, `shell cat .env`},
		{`python open('.env')`, `read .env`},
		{`python
import os
os.remove('a')
end
run`, `delete a`},
		{`source x.gdb`, `load x.gdb`},
		{`call (int)system("id")`, `shell id`},
		{`run`, ``},
		{`print "shell rm"`, ``},
		{`bt`, ``},
		{`# shell rm`, ``},
	})
	check(t, Lisp, []program{
		{`(shell-command "cat .env")`, `shell cat .env`},
		{`(insert-file-contents ".env")`, `read .env`},
		{`(find-file "~/.netrc")`, `read ~/.netrc`},
		{`(delete-file ".env")`, `delete .env`},
		{`(delete-directory "x" t)`, `delete-tree x`},
		{`(call-process "rm" nil nil nil "-rf" "/")`, `exec rm -rf /`},
		{`(let ((p ".env")) (with-temp-buffer (insert-file-contents p)))`, `read .env`},
		{`(find-file (concat "." "env"))`, `read .env`},
		{`(slurp ".env")`, `read .env`},
		{`(write-region "x" nil ".env")`, `write .env`},
		{`(message "(delete-file x)")`, ``},
		{`; (delete-file "x")`, ``},
		{`(setq x "rm -rf /")`, ``},
		{`(+ 1 2)`, ``},
	})
}

func TestGeneric(t *testing.T) {
	check(t, Generic, []program{
		{`puts(File.read(".env"))`, `read .env`},
		{`let s = readFile(".env")`, `read .env`},
		{`removeFile("x")`, `delete x`},
		{`system("rm -rf /")`, `shell rm -rf /`},
		{`let p = "." + "env"; open(p)`, `read .env`},
		{`readFile ".env" >>= putStr`, `read .env`},
		{`System.Process.callCommand "cat .env"`, `shell cat .env`},
		{`putStrLn ".env"`, ``},
		{`print("system")`, ``},
		{`// system("x")`, ``},
		{`let x = "rm -rf /"`, ``},
	})
}

func TestLangOf(t *testing.T) {
	for name, want := range map[string]Lang{
		"python": Python, "python3.12": Python, "/usr/bin/python3": Python, "pypy3.10": Python, "node": Node, "nodejs": Node, "deno": Node,
		"bun": Node, "tsx": Node, "perl": Perl, "perl5.36.0": Perl, "ruby3.1": Ruby, "php": PHP, "php8.2": PHP, "lua5.4": Lua, "luajit": Lua,
		"luajit-2.1": Lua, "gawk": Awk, "mawk": Awk, "gsed": Sed, "jq": Jq, "Rscript": R, "R": R, "julia": Julia, "octave-cli": Octave,
		"tclsh8.6": Tcl, "elixir": Elixir, "escript": Erlang, "jshell": Java, "groovy": Java, "nvim": Vim, "emacs-29": Lisp, "gdb": Gdb,
		"crystal": Generic,
	} {
		if got, ok := LangOf(name); !ok || got != want {
			t.Errorf("LangOf(%q) = %v, %v; want %v", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "cat", "bash", "ls", "git", "3", "make", "pythonista", "nodemon"} {
		if got, ok := LangOf(name); ok {
			t.Errorf("LangOf(%q) = %v, want none", name, got)
		}
	}
}

func TestLangOfShebang(t *testing.T) {
	for line, want := range map[string]Lang{
		"#!/usr/bin/env python3": Python, "#!/usr/bin/python3 -u\nrest": Python, "#! /usr/bin/env -S node --no-warnings": Node,
		"#!/usr/bin/env -Sperl -w": Perl, "#!/usr/bin/env A=b ruby": Ruby, "#!/bin/sed -f": Sed,
	} {
		if got, ok := LangOfShebang(line); !ok || got != want {
			t.Errorf("LangOfShebang(%q) = %v, %v; want %v", line, got, ok, want)
		}
	}
	for _, line := range []string{"", "#!", "#!/bin/bash", "#!/usr/bin/env", "python3", "#!/usr/bin/env -i"} {
		if got, ok := LangOfShebang(line); ok {
			t.Errorf("LangOfShebang(%q) = %v, want none", line, got)
		}
	}
}
