# Fills the working directory with the files that the invocations name. What
# needs a program that is missing is left out.
have() { command -v "$1" >/dev/null 2>&1; }
seq 1 20 | sed 's/$/ apple pear/' >one.txt
seq 5 25 | sed 's/$/ apple fig/' >two.txt
printf 'b 2\na 1\nc 3\na 1\n' >letters.txt
printf 'a,b\n1,2\n3,4\n' >rows.csv
printf 'one.txt\ntwo.txt\n' >names.lst
printf 'one.txt\0two.txt\0' >names.nul
printf '1\n2\n3\n' >digits.txt
printf 'apple\n' >pattern.lst
mkdir -p dir1/sub1 dir2 empty
echo in >dir1/inner.txt
echo deep >dir1/sub1/deep.txt
echo other >dir2/other.txt
printf '{"a": [1, 2], "b": {"c": "d"}}\n' >data.json
printf '<r><a n="1">x</a></r>\n' >doc.xml
cat >sheet.xsl <<'X'
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><o/></xsl:template></xsl:stylesheet>
X
echo '<!ELEMENT r (a)><!ELEMENT a (#PCDATA)><!ATTLIST a n CDATA #IMPLIED>' >doc.dtd
printf '<!DOCTYPE html><html><head><title>t</title></head><body><p>x</p></body></html>\n' >page.html
printf '# T\n\ntext\n' >note.md
printf '.TH T 1\n.SH NAME\nt\n' >manual.1
printf 'create table t (a);\ninsert into t values (1);\n' >init.sql
printf 'print("x")\n' >t.py
printf 'print "x\\n";\n' >t.pl
printf 'puts 1\n' >t.rb
printf '<?php echo 1;\n' >t.php
printf 'print(1)\n' >t.lua
printf 'console.log(1)\n' >t.js
printf 'echo x\n' >t.sh
printf '{ print $1 }\n' >t.awk
printf 's/apple/plum/\n' >t.sed
printf 'puts 1\n' >t.tcl
printf 'define(`x'"'"', `y'"'"')x\n' >t.m4
printf '1+1\nquit\n' >t.bc
printf '1 1 + p\n' >t.dc
printf '1d\nw\nq\n' >t.ed
printf 'qa!\n' >t.vim
printf '.a\n' >t.jq
printf '{{x}}\n' >t.tmpl
printf 'int main(void) { return 0; }\n' >prog.c
printf '#include "head.h"\nint f(void) { return X; }\n' >part.c
printf '#define X 1\n' >head.h
printf '.globl g\ng:\n' >asm.s
printf 'all: made.txt\nmade.txt: one.txt\n\tcp one.txt made.txt\n' >Makefile
printf 'all:\n\t@echo x\n' >other.mk
printf 'url = "file:///dev/null"\noutput = "fetched.txt"\n' >curl.conf
printf 'alpha beta\nbeta gamma\n' >graph.txt
printf '%%%%\n%%token A\n%%%%\ns: A;\n' | tail -n +2 >gram.y
printf '%%%%\na ;\n' >lex.l
printf 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "a"\nmsgstr "b"\n' >text.po
diff -u one.txt two.txt >change.diff || true
diff -u letters.txt one.txt >second.diff || true
sed '2s/apple/plum/' one.txt | diff -u --label a/one.txt --label b/one.txt one.txt - >fix.diff || true
printf '{"a": 3}\n' >doc.json
printf '4/1 "%%02x "\n' >dump.fmt
printf -- '-c prog.c -o new.o\n' >args.rsp
md5sum one.txt >sums.md5
sha256sum one.txt >sums.sha
base64 one.txt >coded.b64
printf 'begin 644 /dev/stdout\n#86)C\n`\nend\n' >coded.uu
for p in gzip:gz bzip2:bz2 xz:xz zstd:zst lz4:lz4 lzop:lzo lzip:lz compress:Z; do
	if have "${p%:*}"; then cp one.txt packed; "${p%:*}" -c packed >"packed.${p#*:}" 2>/dev/null; rm -f packed; fi
done
tar cf bundle.tar letters.txt dir2
tar czf bundle.tgz letters.txt
if have zip; then zip -q bundle.zip letters.txt rows.csv; fi
if have cpio; then echo letters.txt | cpio -o >bundle.cpio 2>/dev/null; fi
if have gcc; then gcc -c prog.c -o prog.o; gcc -g prog.c -o prog.elf; ar rc libx.a prog.o; fi
if have openssl; then
	openssl genrsa -out key.pem 2048 2>/dev/null
	openssl req -x509 -new -key key.pem -subj /CN=x -days 900 -out cert.pem 2>/dev/null
	openssl enc -aes-256-cbc -pbkdf2 -k x -in one.txt -out secret.enc
	openssl dgst -sha256 -sign key.pem -out sign.sig one.txt
	openssl rsa -in key.pem -pubout -out pub.pem 2>/dev/null
fi
if have ssh-keygen; then ssh-keygen -q -t ed25519 -N '' -f sshkey; fi
if have sqlite3; then sqlite3 base.db <init.sql; fi
if have git; then
	git init -q --template= -b main .
	git add one.txt two.txt letters.txt dir1
	git commit -qm first
	echo changed >>letters.txt
fi
