package filters

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"io"
	"strings"
)

// gunzip is gzip -d, gunzip and zcat, to standard output.
func gunzip(c *call) bool {
	return c.decompress("gzip", "zcat", ".gz", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })
}

// bunzip2 is bzip2 -d, bunzip2 and bzcat, to standard output.
func bunzip2(c *call) bool {
	return c.decompress("bzip2", "bzcat", ".bz2", func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil })
}

func (c *call) decompress(packer, catter, suffix string, open func(io.Reader) (io.Reader, error)) bool {
	opts, operands, ok := c.options("cdkq", "stdout=c to-stdout=c decompress=d uncompress=d keep=k quiet=q")
	if !ok {
		return false
	}
	decode, stdout := c.name != packer, c.name == catter
	for _, o := range opts {
		switch o.letter {
		case 'd':
			decode = true
		case 'c':
			stdout = true
		}
	}
	files, ok := c.inputs(operands)
	if !ok || !decode {
		return false
	}
	for _, f := range files {
		if f.name != "-" && (!stdout || !strings.HasSuffix(f.name, suffix)) || len(f.data) == 0 {
			return false
		}
		r, err := open(bytes.NewReader(f.data))
		if err != nil {
			return false
		}
		out, err := io.ReadAll(io.LimitReader(r, int64(c.limit())+1))
		if err != nil || !c.write(out...) {
			return false
		}
	}
	return true
}
