package repo

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"
)

func stampOf(t time.Time) stamp { return stamp{uint32(t.Unix()), uint32(t.Nanosecond())} }

// differs reports whether the file or link at path, whose lstat is fi, differs
// from its index entry: by its stat data and, where they leave it open, by its
// content. Content that git would convert (line ends, filters) may count as
// different where git sees none.
func (r *Repo) differs(path string, fi fs.FileInfo, e *entry, written stamp) (bool, error) {
	if e.stage != 0 || e.intent {
		return true, nil
	}
	switch e.mode & modeType {
	case modeFile:
		if !fi.Mode().IsRegular() {
			return true, nil
		}
		if r.conf.fileMode && (fi.Mode()&0100 != 0) != (e.mode&modeExec != 0) {
			return true, nil
		}
	case modeLink:
		if fi.Mode()&fs.ModeSymlink == 0 {
			return true, nil
		}
	default:
		return true, nil
	}
	if uint32(fi.Size()) == e.size {
		mtime := stampOf(fi.ModTime())
		ctime, ok := changeTime(fi)
		racy := !mtime.before(written)
		if mtime == e.mtime && (!ok || ctime == e.ctime) && !racy {
			return false, nil
		}
	} else if e.size != 0 { // git writes 0 for a file that it could not trust its time for
		return true, nil
	}
	o, err := r.hashFile(path, fi)
	return o != e.hash, err
}

// hashFile returns the name of the blob that a file or link would be.
func (r *Repo) hashFile(path string, fi fs.FileInfo) (oid, error) {
	h, err := newSHA1()
	if err != nil {
		return oid{}, err
	}
	header := func(size int64) {
		io.WriteString(h, "blob "+strconv.FormatInt(size, 10)+"\x00")
	}
	if fi.Mode()&fs.ModeSymlink != 0 {
		to, err := os.Readlink(path)
		if err != nil {
			return oid{}, err
		}
		header(int64(len(to)))
		io.WriteString(h, to)
		return oid(h.Sum(nil)), nil
	}
	f, err := openRegular(path, false)
	if err != nil {
		return oid{}, err
	}
	defer f.Close()
	header(fi.Size())
	buf := make([]byte, min(fi.Size()+1, 256<<10))
	total := int64(0)
	for {
		if err := r.budget.check(); err != nil {
			return oid{}, err
		}
		n, err := f.Read(buf)
		h.Write(buf[:n])
		if total += int64(n); total > fi.Size() {
			return oid{}, fmt.Errorf("%w: %s changes", ErrFormat, path)
		}
		if err == io.EOF {
			return oid(h.Sum(nil)), nil
		}
		if err != nil {
			return oid{}, err
		}
	}
}
