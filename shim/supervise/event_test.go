//go:build linux && (amd64 || arm64)

package supervise

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

type logged struct {
	Event
	Answer Answer
	Name   string
}

// events runs text and returns what was judged.
func events(t *testing.T, o order, dir, text string) ([]logged, result) {
	t.Helper()
	o.Fence.Log = filepath.Join(t.TempDir(), "log")
	r := o.run(t, dir, "bash", "-c", text)
	var list []logged
	data, _ := os.ReadFile(o.Fence.Log)
	for line := range strings.Lines(string(data)) {
		var e logged
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list, r
}

func TestEvents(t *testing.T) {
	usable(t)
	for _, test := range []struct {
		text string
		want []string // op path real path2 real2, relative to the directory
	}{
		{"read x < logged", []string{"read logged logged"}},
		{"read x < sub/../logged", []string{"read logged logged"}},
		{"read x < link", []string{"read link logged"}},
		{"read x < missing/logged", nil},
		{"echo > new/logged", []string{"create new/logged new/logged"}},
		{"echo > logged", []string{"truncate logged logged"}},
		{"echo >> logged", []string{"write logged logged"}},
		{"exec 3<> logged", []string{"read logged logged", "write logged logged"}},
		{"set -C; echo > logged", nil}, // bash looks first
		{"exec rm -f logged", []string{"exec", "delete logged logged"}},
		{"exec mv logged other", []string{"exec", "rename logged logged other other"}},
		{"exec mv plain logged", []string{"exec", "rename plain plain logged logged", "rename plain plain logged logged"}},
		{"exec ln logged other", []string{"exec", "link logged logged other other"}},
		{"exec ln -s logged sub/other", []string{"exec", "symlink sub/logged sub/logged sub/other sub/other"}},
		{"exec ln -s ../logged sub/other", []string{"exec", "symlink logged logged sub/other sub/other"}},
		{"exec mkdir new/logged", []string{"exec", "mkdir new/logged new/logged"}},
		{"exec chmod 600 logged", []string{"exec", "chmod logged logged"}},
		{"exec truncate -s 1 logged", []string{"exec", "write logged logged"}},
	} {
		dir := t.TempDir()
		dir, _ = filepath.EvalSymlinks(dir)
		write(t, filepath.Join(dir, "logged"), "x\n")
		write(t, filepath.Join(dir, "plain"), "x\n")
		write(t, filepath.Join(dir, "sub", "x"), "x\n")
		write(t, filepath.Join(dir, "new", "x"), "x\n")
		os.Symlink("logged", filepath.Join(dir, "link"))
		list, r := events(t, order{Level: LevelFull, Fence: &fence{Known: []string{filepath.Join(dir, "none")}}}, dir, test.text)
		var got []string
		for _, e := range list {
			line := e.Name
			for _, name := range []string{e.Path, e.Real, e.Path2, e.Real2} {
				if rest, ok := strings.CutPrefix(name, dir+"/"); ok {
					line += " " + rest
				}
			}
			got = append(got, line)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q:\n got %q\nwant %q (code %d %s)", test.text, got, test.want, r.code, r.out)
		}
	}
}

func TestExecEvent(t *testing.T) {
	usable(t)
	dir, _ := filepath.EvalSymlinks(t.TempDir())
	write(t, filepath.Join(dir, "script"), "#!/bin/bash -e\n/bin/true \"$@\"\n")
	os.Chmod(filepath.Join(dir, "script"), 0o755)
	os.Symlink("script", filepath.Join(dir, "name"))
	long := strings.Repeat("x", 100000)
	list, r := events(t, order{Level: LevelExec, Fence: &fence{}}, dir, `./name "" "a b" '`+long+`'; :`)
	if r.code != 0 || len(list) != 2 {
		t.Fatalf("code %d, %d events: %s", r.code, len(list), r.out)
	}
	first, second := list[0], list[1]
	if want := []string{"./name", "", "a b", long}; !reflect.DeepEqual(first.Argv, want) {
		t.Errorf("argv: %d arguments", len(first.Argv))
	}
	if first.Path != dir+"/name" || first.Real != dir+"/script" || first.Interp != "/bin/bash -e" {
		t.Errorf("path %s, real %s, interpreter %s", first.Path, first.Real, first.Interp)
	}
	bash, _ := filepath.EvalSymlinks("/bin/bash")
	if p := second.Proc; p.Exe != bash || p.Parent == nil || p.Parent.Exe != bash || len(p.Argv) < 3 || p.Argv[2] != "./name" {
		if p.Parent == nil || len(p.Parent.Argv) < 3 {
			t.Errorf("process %+v", p)
		}
	}
	list, _ = events(t, order{Level: LevelExec, Fence: &fence{Programs: []string{"ls"}}}, dir, `ls; (exec -a cat ls); echo $?`)
	for _, e := range list {
		if filepath.Base(e.Real) == "ls" && e.Answer != Refuse {
			t.Error("ls ran")
		}
	}
}

func TestEmpty(t *testing.T) {
	usable(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".env"), "SECRET\n")
	o := order{Level: LevelFull, Fence: &fence{Answer: Empty}}
	r := o.run(t, dir, "bash", "-c", `wc -c < .env; cat .env && echo fine; echo x >> .env || echo refused; cat 3<> .env || echo refused`)
	if !strings.HasPrefix(r.out, "0\nfine\n") || strings.Count(r.out, "refused") != 2 {
		t.Errorf("code %d, %s", r.code, r.out)
	}
}

func TestGuarded(t *testing.T) {
	usable(t)
	dir, _ := filepath.EvalSymlinks(t.TempDir())
	for _, text := range []string{
		`echo x > own/policy`, `echo x >> own/policy`, `rm -f own/policy`, `mv own/policy x`, `mv own x`, `mv ../*/own x`,
		`ln own/policy x`, `ln -sf /dev/null own/policy`, `ln -s /dev/null own/new`, `echo > own/new`, `chmod 777 own/policy`,
		`ln -s own l; rm -f l/policy`, `echo x > hard`, `truncate -s 0 hard`, `rm -rf own`, `cd ..; mv "$OLDPWD" x`,
	} {
		os.RemoveAll(dir)
		write(t, filepath.Join(dir, "own", "policy"), "rules\n")
		os.Link(filepath.Join(dir, "own", "policy"), filepath.Join(dir, "hard"))
		o := order{Level: LevelWrite, Guarded: []string{filepath.Join(dir, "own"), filepath.Join(dir, "own", "policy")}}
		r := o.run(t, dir, "bash", "-c", text+"; cat "+dir+"/own/policy; ls "+dir+"/own")
		if !strings.HasSuffix(r.out, "rules\npolicy\n") {
			t.Errorf("%q: %s", text, r.out)
		}
	}
}

func TestConnect(t *testing.T) {
	usable(t)
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	defer server.Close()
	dir, _ := filepath.EvalSymlinks(t.TempDir())
	socket := filepath.Join(dir, "socket")
	local, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip(err)
	}
	defer local.Close()
	_, port, _ := net.SplitHostPort(server.Addr().String())
	o := order{Level: LevelWrite, Fence: &fence{Hear: true, Addr: "tcp 127.0.0.1:" + port}}
	list, r := events(t, o, dir, `(exec 3<>/dev/tcp/127.0.0.1/`+port+`) && echo connected; (exec 3<>/dev/udp/127.0.0.1/9) && echo udp`)
	if strings.Contains(r.out, "connected") || !strings.Contains(r.out, "udp") {
		t.Errorf("output: %s", r.out)
	}
	var got []string
	for _, e := range list {
		if e.Addr != "" {
			got = append(got, e.Addr)
		}
	}
	if want := []string{o.Fence.Addr, "udp 127.0.0.1:9"}; !reflect.DeepEqual(got, want) {
		t.Errorf("addresses %q, want %q", got, want)
	}
	need(t, "python3")
	o.Fence.Addr = "unix " + socket
	_, r = events(t, o, dir, `python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect("./socket")'`)
	if !strings.Contains(r.out, "PermissionError") {
		t.Errorf("unix socket: %s", r.out)
	}
}
