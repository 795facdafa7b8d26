package filters

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checkRandom compares commands drawn at random with the real program and logs how many had an answer.
func checkRandom(t *testing.T, program string, draw func(t *rapid.T) (argv []string, stdin string)) {
	t.Helper()
	if !installed(program) {
		t.Skipf("%s is absent", program)
	}
	dir := sampleDir(t)
	total, known := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		argv, stdin := draw(rt)
		total++
		out, status, ok := Run(argv, []byte(stdin), sampleEnv())
		if !ok {
			return
		}
		known++
		wantOut, wantStatus := real(t, dir, argv, []byte(stdin))
		if !bytes.Equal(out, wantOut) || status != wantStatus {
			rt.Fatalf("%q < %q\n got %q, %d\nwant %q, %d", argv, stdin, out, status, wantOut, wantStatus)
		}
	})
	t.Logf("%s: %d of %d with an answer", program, known, total)
}

// text draws lines over a small alphabet.
func text(alphabet string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return rapid.StringOfN(rapid.RuneFrom([]rune(alphabet)), 0, 40, -1).Draw(t, "text")
	})
}

// bytesOf draws any bytes.
func bytesOf() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SliceOfN(rapid.Byte(), 0, 70).Draw(t, "bytes"))
	})
}

// words draws a command's words from a list.
func words(t *rapid.T, name string, max int, from ...string) []string {
	return rapid.SliceOfN(rapid.SampledFrom(from), 0, max).Draw(t, name)
}

// pieces draws a string made of the given pieces.
func pieces(t *rapid.T, name string, min, max int, from ...string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(from), min, max).Draw(t, name), "")
}

func TestRandomTr(t *testing.T) {
	checkRandom(t, "tr", func(t *rapid.T) ([]string, string) {
		set := func(name string) string {
			return pieces(t, name, 1, 4, "a", "b", "z", "a-c", "x-z", "0-9", "[:lower:]", "[:upper:]", "[:digit:]", "[:space:]",
				"[x*]", "[y*2]", `\n`, `\101`, `\-`, "-", "[", "]", "[=b=]", " ", `\\`, `\200-\377`)
		}
		argv := append([]string{"tr"}, words(t, "options", 2, "-d", "-s", "-c", "-t", "-ds", "-cs", "-cd")...)
		argv = append(argv, set("first"))
		if rapid.Bool().Draw(t, "two") {
			argv = append(argv, set("second"))
		}
		return argv, text("abcxyzAZ019 \n[]-\\é").Draw(t, "in")
	})
}

func TestRandomCut(t *testing.T) {
	checkRandom(t, "cut", func(t *rapid.T) ([]string, string) {
		list := pieces(t, "list", 1, 3, "1", "2", "3", "-", ",", "5", "2-4", "-2", "3-")
		argv := append([]string{"cut"}, words(t, "options", 2, "-s", "--complement", "-d:", "-d,", "-n", "--output-delimiter=+")...)
		return append(argv, rapid.SampledFrom([]string{"-f", "-b", "-c"}).Draw(t, "kind")+list), text("ab:,é\n\t").Draw(t, "in")
	})
}

func TestRandomPrintf(t *testing.T) {
	checkRandom(t, "printf", func(t *rapid.T) ([]string, string) {
		format := pieces(t, "format", 1, 5, "%s", "%d", "%x", "%o", "%c", "%b", "%5s", "%-5d", "%05d", "%.2s", "%+d", "%#x", "%%", "%u", "%X",
			`\n`, `\t`, `\x41`, `\101`, `\0`, `\c`, "a", " ", "%*d", "%.3d", "%f", "%.2f", "%g", "%e", "%q", `\u00e9`, `\"`, "%8.3f", "% d", "%i", "%.*d", "%-*s")
		argv := append([]string{"printf", format}, words(t, "values", 4, "a", "hello", "5", "-3", "0x1f", "017", "'A", "", `a\tb`, `\0101`, `x\cy`, "3.14", "1e3", "0", "255", "2.675", "0.1", "'é")...)
		return argv, ""
	})
}

func TestRandomBase64(t *testing.T) {
	for _, program := range []string{"base64", "base32"} {
		checkRandom(t, program, func(t *rapid.T) ([]string, string) {
			data := bytesOf().Draw(t, "data")
			argv := append([]string{program}, words(t, "options", 2, "-w0", "-w", "5", "-i", "-d")...)
			if rapid.Bool().Draw(t, "decode") {
				kind := byte('6')
				if program == "base32" {
					kind = '3'
				}
				data = encodeBase(kind, []byte(data))
				if n := len(data); n > 0 {
					at := rapid.IntRange(0, n).Draw(t, "at")
					data = data[:at] + rapid.SampledFrom([]string{"", "\n", "=", "A", " ", "YQ==", "!"}).Draw(t, "noise") + data[at:]
				}
				argv = append(argv, "-d")
			}
			return argv, data
		})
	}
}

func TestRandomDumps(t *testing.T) {
	for _, program := range []string{"od", "xxd", "hexdump"} {
		checkRandom(t, program, func(t *rapid.T) ([]string, string) {
			var options []string
			switch program {
			case "od":
				options = words(t, "options", 3, "-An", "-Ax", "-Ad", "-tx1", "-tx1z", "-c", "-to2", "-td4", "-tu8", "-ta", "-v", "-w8", "-w3", "-N5", "-j2", "-x", "-b", "-tx8z", "-tcz")
			case "xxd":
				options = words(t, "options", 3, "-p", "-u", "-c5", "-c", "8", "-g1", "-g3", "-l9", "-s2", "-g0")
			default:
				options = words(t, "options", 2, "-C", "-v", "-n7", "-n", "16")
			}
			data := bytesOf().Draw(t, "data")
			return append([]string{program}, options...), data + strings.Repeat("a", rapid.IntRange(0, 80).Draw(t, "run"))
		})
	}
}

// TestXxdRoundTrip: what xxd dumps, xxd -r restores.
func TestXxdRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := bytesOf().Draw(t, "data")
		for _, flags := range [][]string{nil, {"-p"}} {
			dump, _, ok := Run(append([]string{"xxd"}, flags...), []byte(data), Env{})
			if !ok {
				t.Fatalf("no dump of %q", data)
			}
			back, _, ok := Run(append([]string{"xxd", "-r"}, flags...), dump, Env{})
			if ok && string(back) != data {
				t.Fatalf("%q came back as %q", data, back)
			}
			if !ok && !strings.Contains(string(dump), "  ") {
				t.Fatalf("%q did not come back", dump)
			}
		}
	})
}

func TestRandomXxdReverse(t *testing.T) {
	checkRandom(t, "xxd", func(t *rapid.T) ([]string, string) {
		dump, _, _ := Run([]string{"xxd"}, []byte(bytesOf().Draw(t, "data")), Env{})
		return []string{"xxd", "-r"}, string(dump)
	})
}

func TestRandomFold(t *testing.T) {
	checkRandom(t, "fold", func(t *rapid.T) ([]string, string) {
		argv := append([]string{"fold"}, words(t, "options", 2, "-s", "-b")...)
		return append(argv, fmt.Sprintf("-w%d", rapid.IntRange(1, 9).Draw(t, "width"))), text("ab c\n\té").Draw(t, "in")
	})
}

func TestRandomSort(t *testing.T) {
	checkRandom(t, "sort", func(t *rapid.T) ([]string, string) {
		argv := append([]string{"sort"}, words(t, "options", 4, "-n", "-r", "-u", "-f", "-s", "-b", "-t:", "-k2", "-k1,1", "-k2n", "-k2,2r", "-k1.2,1.3", "-k2b,2", "-k2,3nr", "-k1.2b")...)
		return argv, text("abAB:: 01.-\n\n\n").Draw(t, "in")
	})
}

func TestRandomLines(t *testing.T) {
	for _, program := range []string{"cat", "head", "tail", "uniq", "paste", "nl", "tac", "rev", "expand", "unexpand"} {
		checkRandom(t, program, func(t *rapid.T) ([]string, string) {
			options := map[string][]string{
				"cat":    {"-n", "-b", "-s", "-E", "-T", "-v", "-A", "words", "unended", "-"},
				"head":   {"-n1", "-n-2", "-c3", "-c-1", "-q", "-v", "words", "unended"},
				"tail":   {"-n1", "-n+2", "-c3", "-c+2", "-q", "-v", "words", "unended"},
				"uniq":   {"-c", "-d", "-u", "-i", "-f1", "-s1", "-w2"},
				"paste":  {"-s", "-d,", "-d+-", "-", "words", "unended"},
				"nl":     {"-ba", "-w3", "-s:", "-nrz", "-nln", "-v5", "-bn"},
				"tac":    {"words", "unended", "-"},
				"rev":    {"words"},
				"expand": {"-t3", "-i", "--tabs=5"}, "unexpand": {"--first-only", "-"},
			}
			return append([]string{program}, words(t, "options", 3, options[program]...)...), text("aab A\n\n\n\t").Draw(t, "in")
		})
	}
}

func TestRandomGrep(t *testing.T) {
	checkRandom(t, "grep", func(t *rapid.T) ([]string, string) {
		argv := append([]string{"grep"}, words(t, "options", 2, "-o", "-v", "-i", "-c", "-n", "-x", "-E", "-F", "-E")...)
		return append(argv, "-e", regexText(t)), text("abcAB.*+? \n\n").Draw(t, "in")
	})
}

func regexText(t *rapid.T) string {
	return pieces(t, "regex", 1, 6, "a", "b", "c", ".", "*", "+", "?", `\(`, `\)`, "(", ")", "|", `\|`, "[ab]", "[^a]", "[a-c]", "^", "$", `\.`,
		"{2}", `\{1,2\}`, `\+`, `\?`, `\w`, `\b`, "[[:upper:]]", " ", `\*`, "{", "a*", "b+", "(ab)", `\(ab\)`, "ab|b", "[]a]", `\<a`, `b\>`)
}

func TestRandomSed(t *testing.T) {
	checkRandom(t, "sed", func(t *rapid.T) ([]string, string) {
		argv := append([]string{"sed"}, words(t, "options", 2, "-n", "-E", "-E")...)
		count := rapid.IntRange(1, 4).Draw(t, "commands")
		var script []string
		for range count {
			address := rapid.SampledFrom([]string{"", "", "", "1", "2", "$", "2,3", "/a/", "/b/,/c/", "1!", "/a/,+1", "2,$", "1~2", "0,/a/", "/b/,2", "$!", "2,3!", "2,1"}).Draw(t, "address")
			command := rapid.SampledFrom([]string{"p", "d", "s", "s", "s", "y/ab/ba/", "=", "G", "h", "H", "x", "g", "N", "P", "D", "n", "q", "Q", "a text", "i text", "c text", "z", "{p}", "b", "t", "T", "s//x/"}).Draw(t, "command")
			if command == "s" {
				replacement := pieces(t, "replacement", 0, 3, "x", "&", `\1`, `\n`, `\U&`, `\u&`, `\E`, "[", `\&`, `\L`, "Y")
				command = "s/" + regexText(t) + "/" + replacement + "/" + pieces(t, "flags", 0, 2, "g", "p", "2", "I")
			}
			script = append(script, address+command)
		}
		return append(argv, strings.Join(script, "\n")), text("abcAB. \n\n\n").Draw(t, "in")
	})
}

func TestRandomAwk(t *testing.T) {
	checkRandom(t, "awk", func(t *rapid.T) ([]string, string) {
		atoms := []string{"$0", "$1", "$2", "$NF", "NF", "NR", "x", "1", "2", "\"a\"", "\"2\"", "\"\"", "length($1)", "substr($0,2,2)", "toupper($1)", "index($0,\"b\")", "1.5", "/a/", "y[$1]"}
		expression := rapid.SampledFrom(atoms).Draw(t, "left")
		for range rapid.IntRange(0, 2).Draw(t, "operators") {
			operator := rapid.SampledFrom([]string{"+", "-", "*", " ", "==", "<", "~", "&&", "||", "%", "?x:", "^", "!="}).Draw(t, "operator")
			expression += operator + rapid.SampledFrom(atoms).Draw(t, "right")
		}
		body := rapid.SampledFrom([]string{"{print %s}", "%s", "{x=%s; print x, NF}", "{$2=(%s); print; print NF}", "{gsub(/[ab]/,\"<&>\"); print %s}", "{y[$1]++; print (%s)}",
			"{if(%s)print \"t\"; else print \"f\"}", "END{print %s}", "{printf \"%%s|%%d\\n\", (%s), NR}", "{x+=%s} END{print x}", "{n=split($0,q,\"b\"); print n, q[1] %s}", "{sub(/a+/,\"\"); print; print (%s)}"}).Draw(t, "body")
		argv := append([]string{"awk"}, words(t, "options", 1, "-F:", "-vx=3", "-Fb", "-vOFS=-")...)
		return append(argv, fmt.Sprintf(body, expression)), text("ab2: .\n\n1").Draw(t, "in")
	})
}

func TestRandomExpr(t *testing.T) {
	checkRandom(t, "expr", func(t *rapid.T) ([]string, string) {
		return append([]string{"expr"}, words(t, "words", 5, "1", "2", "-3", "+", "-", "*", "/", "%", "(", ")", "<", "=", "|", "&", ":", "abc", "length", "a.*", `\(b\)`, "0", "", "substr", "index", "match")...), ""
	})
}

func TestRandomTest(t *testing.T) {
	checkRandom(t, "test", func(t *rapid.T) ([]string, string) {
		return append([]string{"test"}, words(t, "words", 4, "a", "b", "", "1", "2", "!", "=", "!=", "-n", "-z", "-eq", "-lt", "(", ")", "-a", "==", "-f")...), ""
	})
}

func TestRandomSeq(t *testing.T) {
	checkRandom(t, "seq", func(t *rapid.T) ([]string, string) {
		return append([]string{"seq"}, words(t, "words", 4, "1", "5", "10", "-2", "0", "3", "-w", "-s,", "-1", "07")...), ""
	})
}

func TestRandomJq(t *testing.T) {
	checkRandom(t, "jq", func(t *rapid.T) ([]string, string) {
		path := pieces(t, "path", 1, 3, ".a", ".b", "[0]", "[1]", `["a"]`, ".")
		doc := rapid.SampledFrom([]string{`{"a":{"b":[1,"x"]},"b":null}`, `[{"a":[true,{}]},"s"]`, `"x"`, `{"a":[[],"q\n"]}`, "null", `{"b":{"a":{"a":-5}}}`}).Draw(t, "doc")
		return append(append([]string{"jq"}, words(t, "options", 2, "-r", "-c", "-j")...), path), doc
	})
}
