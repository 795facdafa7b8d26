package repo

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestConfigAgainstGit compares the reader with git config --list.
func TestConfigAgainstGit(t *testing.T) {
	f := newFixture(t)
	for _, text := range []string{
		"", "[a]\nb=c\n", "[a]b=c", "[A \"Sub\"]\nKey = v # c\n", "[a]\nb\n", "[a]\nb = \n", "[a]\nb = \"x # y\" ; z\n",
		"[a]\nb = x  y  \n", "[a]\nb = a\\tb\\\\\\\"\n", "[a]\nb = one\\\n two\n", "[a \"q\\\"u\\\\o\"]\nb=1\n", "[a.B]\nc=1\n",
		"\ufeff[a]\nb=1\n", "# c\n; d\n[a] # e\n b=1\r\n c = \"2\" \r\n", "[a]\nb = \"open\n", "[a\n", "[]\n", "[a]]\n",
		"[a]\n1b=2\n", "[a]\nb-c=2\n", "[a]\nb_c=2\n", "[a]\nb = \\q\n", "[a \"x\ny\"]\n", "[a \"x\" ]\n", "[a]\nb c = 1\n",
		"[a]\nb = \"x\" \"y\"\n", "[a]\nb = \"x  \"\n", "[a]\nb = x\"y  z\"  w\n", "[a][b]\nc=1\n", "[a]\nb=c\\", "[a]\nb=\\\n\n",
		"[a]\n\tb = c\n\n[d \"e.f\"]\n\tg\n", "[a]\nb=#\n", "[a]\nb=\"\"\n", "[a] b = 1 ; x\n c=2",
	} {
		f.write("conf", text)
		var got strings.Builder
		err := parseConfig(text, func(section, sub, key, value string) {
			if sub != "" {
				section += "." + sub
			}
			fmt.Fprintf(&got, "%s.%s\n%s\x00", section, key, value)
		})
		want, gitErr := f.try("", "config", "--file", f.path("conf"), "--list", "-z")
		// Git lists a variable without a value without one.
		want = strings.ReplaceAll("\x00"+want, "\x00a.b\x00", "\x00a.b\ntrue\x00")
		want = strings.ReplaceAll(want, "\x00d.e.f.g\x00", "\x00d.e.f.g\ntrue\x00")[1:]
		if (err != nil) != (gitErr != nil) {
			t.Errorf("%q: %v, git says %v", text, err, gitErr)
		} else if err == nil && got.String() != want {
			t.Errorf("%q: %q, git says %q", text, got.String(), want)
		}
	}
}

// objectsOf lists all objects of a repository with their types and sizes.
func (f *fixture) objectsOf() []string {
	return strings.Split(strings.TrimSpace(f.git("cat-file", "--batch-all-objects", "--batch-check")), "\n")
}

// TestObjectsAgainstGit reads every object, loose and packed, as git does.
func TestObjectsAgainstGit(t *testing.T) {
	f := newFixture(t)
	var lines []string
	for i := range 12 {
		lines = append(lines, strings.Repeat(fmt.Sprint(i, " "), 30))
		f.commit("big", strings.Join(lines, "\n"), fmt.Sprintf("d/f%d", i), "x")
	}
	f.git("tag", "-a", "-m", "x", "v1")
	for _, how := range []string{"loose", "packed", "packed by name", "64-bit offsets"} {
		switch how {
		case "packed":
			f.git("gc", "-q")
		case "64-bit offsets":
			packs, _ := filepath.Glob(f.path(".git/objects/pack/*.pack"))
			f.git("index-pack", "--index-version=2,0x40", "-o", strings.TrimSuffix(packs[0], "pack")+"idx", packs[0])
		case "packed by name":
			f.git("-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f", "--depth=50")
		}
		s := newStore(f.path(".git"), &budget{left: time.Minute, entries: 1 << 20, deadline: time.Now().Add(time.Minute)})
		for _, line := range f.objectsOf() {
			word := strings.Fields(line)
			o, _ := parseOID(word[0])
			k, data, err := s.object(o)
			if err != nil || k != kindOf(word[1]) {
				t.Fatalf("%s: %s: %v, %v", how, line, k, err)
			}
			h, _ := newSHA1()
			fmt.Fprintf(h, "%s %d\x00%s", word[1], len(data), data)
			if oid(h.Sum(nil)) != o {
				t.Fatalf("%s: %s: other content", how, line)
			}
		}
		if _, _, err := s.object(oid{1}); !errors.Is(err, errNoObject) {
			t.Errorf("%s: an object that is not there: %v", how, err)
		}
	}
}

// TestDamagedPack flips bytes of a pack and its index: each answer is the true
// one or an error, and nothing panics or hangs.
func TestDamagedPack(t *testing.T) {
	f := newFixture(t)
	for i := range 8 {
		f.commit("a", fmt.Sprint(i), "d/b", strings.Repeat("line\n", i))
	}
	f.git("gc", "-q")
	packs, _ := filepath.Glob(f.path(".git/objects/pack/pack-*.idx"))
	if len(packs) != 1 {
		t.Fatalf("packs: %q", packs)
	}
	objects := f.objectsOf()
	for _, name := range []string{packs[0], strings.TrimSuffix(packs[0], ".idx") + ".pack"} {
		good, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		os.Chmod(name, 0o644)
		rapid.Check(t, func(t *rapid.T) {
			bad := bytes.Clone(good)
			if rapid.Bool().Draw(t, "cut") {
				bad = bad[:rapid.IntRange(0, len(bad)).Draw(t, "length")]
			}
			for range 3 {
				if len(bad) > 0 {
					bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= rapid.ByteRange(1, 255).Draw(t, "bits")
				}
			}
			if err := os.WriteFile(name, bad, 0o644); err != nil {
				t.Fatal(err)
			}
			s := newStore(f.path(".git"), &budget{left: time.Minute, entries: 1 << 20, deadline: time.Now().Add(time.Minute)})
			for _, line := range objects {
				o, _ := parseOID(line[:40])
				if _, data, err := s.object(o); err == nil && len(data) > maxObject {
					t.Fatalf("%s: %d bytes", line, len(data))
				}
			}
		})
		if err := os.WriteFile(name, good, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// seal appends the checksum that an index ends with.
func seal(body []byte) []byte {
	h, _ := newSHA1()
	h.Write(body)
	return h.Sum(bytes.Clone(body))
}

// FuzzIndex holds that an index that decodes has its entries in order, and can
// be searched for each of them.
func FuzzIndex(f *testing.F) {
	f.Add([]byte("DIRC\x00\x00\x00\x02\x00\x00\x00\x00"))
	f.Add([]byte("DIRC\x00\x00\x00\x04\x00\x00\x00\x01" + strings.Repeat("\x00", 62) + "\x00a\x00TREE\x00\x00\x00\x06\x00-1 0\n"))
	f.Add([]byte("DIRC\x00\x00\x00\x03\x00\x00\x00\x01" + strings.Repeat("\x00", 60) + "\x40\x01\x20\x00a\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		x, err := parseIndex(seal(body))
		if err != nil {
			return
		}
		for i := range x.entries {
			e := &x.entries[i]
			if lo, hi := x.span(e.name); i < lo || i >= hi {
				t.Errorf("entry %d %q is not found", i, e.name)
			}
			if i > 0 && x.entries[i-1].name > e.name {
				t.Errorf("entry %d %q is out of order", i, e.name)
			}
		}
		if len(x.below("")) != len(x.entries) {
			t.Error("not all entries are below the top")
		}
	})
}

func TestIndexDamage(t *testing.T) {
	f := newFixture(t)
	f.commit("a", "1", "d/b", "2")
	good, err := os.ReadFile(f.path(".git/index"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parseIndex(good); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if _, err := parseIndex(bad); !errors.Is(err, ErrFormat) {
			t.Errorf("byte %d: %v", i, err)
		}
		if _, err := parseIndex(good[:i]); !errors.Is(err, ErrFormat) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
}

// TestDelta holds that a delta that says too much is an error.
func TestDelta(t *testing.T) {
	base := []byte("0123456789")
	for _, test := range []struct{ delta, want string }{
		{"\x0a\x03\x03abc", "abc"},
		{"\x0a\x04\x91\x02\x04", "2345"},
		{"\x0a\x06\x91\x02\x04\x02xy", "2345xy"},
		{"\x0a\x0a\x90\x0a", "0123456789"},
	} {
		if got, err := applyDelta(base, []byte(test.delta)); err != nil || string(got) != test.want {
			t.Errorf("%q: %q, %v", test.delta, got, err)
		}
	}
	for _, delta := range []string{
		"", "\x0a", "\x09\x01\x01a", "\x0a\x01\x00", "\x0a\x02\x01a", "\x0a\x01\x02ab", "\x0a\x01\x05a", "\x0a\x04\x91\x08\x04",
		"\x0a\x04\x91\x02", "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x0a\xff\xff\xff\xff\x7f\x01a", "\x0a\x0a\x80",
	} {
		if got, err := applyDelta(base, []byte(delta)); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %q, %v", delta, got, err)
		}
	}
}
