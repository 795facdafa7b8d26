package runner

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	at := func(p string) string { return filepath.Join(dir, p) }
	loc := Locations{Real: at("real"), Dirs: []string{at("a"), at("b")}, Self: at("guard")}
	for _, d := range []string{"real", "a", "b"} {
		if err := os.Mkdir(at(d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, at("guard"), "guard's own code", 0o755)
	write(t, at("real/sh"), "moved", 0o755)
	write(t, at("a/sh"), "a", 0o755)
	write(t, at("b/bash"), "b's bash", 0o755)
	write(t, at("b/zsh"), "b's zsh", 0o755)
	write(t, at("b/dash"), "other code, alike", 0o755)
	write(t, at("b/mksh"), "GUARD'S OWN CODE", 0o755) // same size
	write(t, at("b/ksh"), "no program", 0o644)
	write(t, at("a/mksh"), "guard's own code", 0o755) // a copy
	for link, err := range map[string]error{
		"symbolic link": os.Symlink(at("guard"), at("a/bash")),
		"hard link":     os.Link(at("guard"), at("a/zsh")),
		"directory":     os.Mkdir(at("a/dash"), 0o755),
		"managed":       os.Symlink(at("guard"), at("managed-guard")),
	} {
		if err != nil {
			t.Fatal(link, err)
		}
	}
	managed := func(name, path string) Locations {
		l := loc
		l.Managed = map[string]string{name: path}
		return l
	}
	tests := []struct {
		about, name string
		loc         Locations
		want        string // "" is ErrNoShell
	}{
		{"moved aside first", "sh", loc, at("real/sh")},
		{"symbolic link to guard", "bash", loc, at("b/bash")},
		{"hard link to guard", "zsh", loc, at("b/zsh")},
		{"directory", "dash", loc, at("b/dash")},
		{"copy of guard", "mksh", loc, at("b/mksh")},
		{"not executable", "ksh", loc, ""},
		{"absent", "fish", loc, ""},
		{"empty", "", loc, ""},
		{"path", "../b/zsh", loc, ""},
		{"dots", "..", loc, ""},
		{"managed", "sh", managed("sh", at("b/bash")), at("b/bash")},
		{"managed for another", "sh", managed("zsh", at("b/bash")), at("real/sh")},
		{"managed and absent", "sh", managed("sh", at("nope")), ""},
		{"managed and relative", "sh", managed("sh", "b/bash"), ""},
		{"managed and guard", "sh", managed("sh", at("managed-guard")), ""},
	}
	for _, tt := range tests {
		got, err := Find(tt.name, tt.loc)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: got %q, %v; want %q", tt.about, got, err, tt.want)
		}
		if err != nil && !errors.Is(err, ErrNoShell) {
			t.Errorf("%s: error %v does not wrap ErrNoShell", tt.about, err)
		}
	}
}

func TestFindUnknownSelf(t *testing.T) {
	if path, err := Find("sh", Locations{Self: "/nowhere/guard"}); err == nil || errors.Is(err, ErrNoShell) {
		t.Errorf("got %q, %v", path, err)
	}
}

func TestFindIgnoresEnvironment(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "sh"), "#!/bin/false\n", 0o755)
	t.Setenv("PATH", dir)
	t.Setenv("SHELL", filepath.Join(dir, "sh"))
	path, err := Find("sh", Locations{})
	if err != nil || strings.HasPrefix(path, dir) {
		t.Errorf("got %q, %v", path, err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Find("sh", Locations{Managed: map[string]string{"sh": self}}); err == nil {
		t.Errorf("found the running executable: %q", got)
	}
}

func TestProgram(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "dash"), "x", 0o755)
	link := filepath.Join(dir, "sh")
	if err := os.Symlink("dash", link); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{link: "dash", filepath.Join(dir, "dash"): "dash", "/nowhere/sh": ""} {
		if got := Program(path); got != want {
			t.Errorf("Program(%s) = %q, want %q", path, got, want)
		}
	}
}
