package filters

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// digest is md5sum and the shaNsum programs, computing, not checking.
func digest(c *call) bool {
	opts, operands, ok := c.options("bt", "binary=b text=t")
	if !ok {
		return false
	}
	mark := " "
	for _, o := range opts {
		mark = " "
		if o.letter == 'b' {
			mark = "*"
		}
	}
	files, ok := c.inputs(operands)
	if !ok {
		return false
	}
	for _, f := range files {
		if strings.ContainsAny(f.name, "\\\n\r") {
			return false
		}
		h := newHash(c.name)
		h.Write(f.data)
		c.print(hex.EncodeToString(h.Sum(nil)) + " " + mark + f.name + "\n")
	}
	return true
}

func newHash(name string) hash.Hash {
	switch name {
	case "md5sum":
		return md5.New()
	case "sha1sum":
		return sha1.New()
	case "sha224sum":
		return sha256.New224()
	case "sha384sum":
		return sha512.New384()
	case "sha512sum":
		return sha512.New()
	}
	return sha256.New()
}

// cksum is the POSIX checksum.
func cksum(c *call) bool {
	_, operands, ok := c.options("", "")
	if !ok {
		return false
	}
	files, ok := c.inputs(operands)
	if !ok {
		return false
	}
	for _, f := range files {
		if !c.step(len(f.data)*8 + 64) {
			return false
		}
		var crc uint32
		for _, b := range f.data {
			crc = crcByte(crc, b)
		}
		for n := len(f.data); n > 0; n >>= 8 {
			crc = crcByte(crc, byte(n))
		}
		c.print(fmt.Sprintf("%d %d", ^crc, len(f.data)))
		if len(operands) > 0 {
			c.print(" " + f.name)
		}
		c.write('\n')
	}
	return true
}

func crcByte(crc uint32, b byte) uint32 {
	crc ^= uint32(b) << 24
	for range 8 {
		if crc&(1<<31) != 0 {
			crc = crc<<1 ^ 0x04c11db7
		} else {
			crc <<= 1
		}
	}
	return crc
}

// sum is the BSD checksum of standard input.
func sum(c *call) bool {
	_, operands, ok := c.options("r", "") // -r is the default
	if !ok || len(operands) > 0 {
		return false
	}
	data, ok := c.input(nil)
	if !ok {
		return false
	}
	var s uint16
	for _, b := range data {
		s = s>>1 + s<<15 + uint16(b)
	}
	return c.print(fmt.Sprintf("%05d %5d\n", s, (len(data)+1023)/1024))
}
