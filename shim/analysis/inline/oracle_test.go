package inline

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestFoldingAgainstInterpreters compares the texts that are folded with what
// the real interpreters print.
func TestFoldingAgainstInterpreters(t *testing.T) {
	const mark = "\x1e"
	for _, c := range []struct {
		lang    Lang
		program string
		args    []string
		print   string // prints %s and the mark
		read    string // opens %s
		exprs   []string
	}{
		{Python, "python3", []string{"-c"}, "import sys,os,base64,codecs\nsys.stdout.write((%s)+'\\x1e')\n", "open(%s)", []string{
			`'a'+'b'`, `'a' "b" 'c'`, `'abc'[::-1]`, `'abcdef'[1:4]`, `'abcdef'[-3:]`, `'abcdef'[:-2]`, `'abcdef'[::2]`, `'abcdef'[4:1:-1]`,
			`'abcdef'[10:]`, `'abc'[-10:2]`, `chr(46)+'x'`, `''.join(['a','b'])`, `'-'.join('abc')`, `''.join(map(chr,[97,98]))`, `''.join(chr(ord(c)+1) for c in 'abc')`,
			`'aXbX'.replace('X','-')`, `'AbC'.lower()`, `'abc'.upper()`, `'  a '.strip()`, `'%s-%d' % ('a', 3)`, `'%s' % 'a'`, `'100%%%s' % 'a'`, `'{}{}'.format('a','b')`,
			`'{1}{0}'.format('a','b')`, `'{x}{{}}'.format(x='a')`, `f"{'a'}b{1+1}"`, `f'{{a}}{"b"}'`, `'a'*3`, `3*'ab'`, `'\x61\142\u0063\t|'`, `r'\x61'`, `'a\qb'`, `'''a
b'''`, `'a\
b'`, `base64.b64decode('YWJj').decode()`, `bytes.fromhex('616263').decode()`, `bytes([97,98]).decode()`, `codecs.decode('nop','rot13')`, `'nop'.encode().decode()`,
			`os.path.join('a','b','c')`, `os.path.join('a','/b')`, `os.path.join('a/','b')`, `os.path.dirname('/a/b')`, `os.path.basename('/a/b')`, `str(12)+'a'`, `'a,b'.split(',')[1]`, `'a b  c'.split()[2]`,
			`{'a':'b'}['a']`, `['a','b'][-1]`, `('a','b')[0]`, `'a' and 'b'`, `'' or 'b'`, `str(7-2)+str(3*4)+str(9%4)+str(8//2)+str(6^3)`, `(lambda x: x+'b')('a')`, `[x+'y' for x in 'ab'][1]`,
			`''.join(reversed('abc'))`, `chr(int('61',16))`, `'ab'.encode().hex()`, `str(len('abc'))`, `'é'+'a'`, `"\N{BULLET}"[0:0]+'a'`,
		}},
		{Node, "node", []string{"-e"}, "process.stdout.write((%s)+'\\x1e');\n", "fs.readFileSync(%s)", []string{
			`'a'+'b'`, "`a${'b'}c`", "`a${`b${1+1}`}c`", `'abc'.split('').reverse().join('')`, `['a','b'].join('-')`, `['a','b'].join()`, `String.fromCharCode(97,98)`, `[97,98].map(c=>String.fromCharCode(c)).join('')`,
			`Buffer.from('YWJj','base64').toString()`, `Buffer.from('616263','hex').toString('utf8')`, `Buffer.from([97,98]).toString()`, `atob('YWJj')`, `'aXbX'.replace('X','-')`, `'aXbX'.replaceAll('X','-')`, `'AbC'.toLowerCase()`, `'abc'.toUpperCase()`,
			`'abcdef'.slice(1,3)`, `'abcdef'.slice(-2)`, `'abcdef'.substring(2)`, `'abcdef'.substr(1,2)`, `'abc'.charAt(1)`, `'abc'[2]`, `'ab'.repeat(2)`, `'  a '.trim()`, `'\x61\u0062\u{63}\101'`, `'a\
b'`, `'a\qb'`, `'a'.concat('b','c')`, `({a:'b'}).a`, `({['x'+1]:'b'})['x1']`, `(x=>x+'b')('a')`, `decodeURIComponent('%61b')`, `require('path').join('a','b')`, `[...'ab'].join('-')`, `(()=>{ return 'a' })()`, `'a'||'b'`, `''||'b'`, `true?'a':'b'`,
			`String.raw` + "`a`", `'a,b'.split(',')[1]`, `[['a','b'],['c']][1][0]`, `String(12)+'a'`, `'a'.charCodeAt(0)+'x'`, `[1,2].length+'x'`, "`\\u0061\\``", `["a","b"].reverse()[0]`, `Array.from('ab').join('+')`, `JSON.stringify({a:[1,"x"]})`,
		}},
		{Perl, "perl", []string{"-MMIME::Base64", "-e"}, "print((%s).\"\\x1e\");\n", "open(F, '<', (%s))", []string{
			`'a'.'b'`, `"a\x62\x{63}\104"`, `'a\'b\\\c'`, `join('-', 'a', 'b')`, `scalar reverse('abc')`, `chr(97).'b'`, `lc('AbC')`, `uc('abc')`, `sprintf('%s-%d','a',3)`, `pack('C*',97,98)`, `pack('H*','6162')`, `pack('A*','a')`,
			`decode_base64('YWJj')`, `'ab' x 3`, `q(a(b)c)`, `q{a}.qq[b]`, `"a$/"`, `substr('abcdef',1,3)`, `(qw(a b))[1]`, `join('',map { chr } (97,98))`, `join('',map { chr($_+1) } 96,97)`, `"a@{[ 'b' ]}c"`, `1 ? 'a' : 'b'`, `'' || 'b'`, `hex('1f').'x'`, `ord('a').'x'`, `do { 'a' }`, `{a=>'b'}->{a}`, `['a','b']->[1]`, `"\t|"`, `unpack('u', "#86)C\n")`,
		}},
		{Ruby, "ruby", []string{"-rbase64", "-e"}, "$stdout.write((%s)+\"\\x1e\")\n", "File.read(%s)", []string{
			`'a'+'b'`, `"a#{'b'}c"`, `"a#{"b#{1+1}"}"`, `'a#{b}'`, `'abc'.reverse`, `['a','b'].join`, `['a','b'].join('-')`, `[97,98].pack('c*')`, `['616263'].pack('H*')`, `[97,98].map(&:chr).join`, `[97,98].map { |c| c.chr }.join`, `Base64.decode64('YWJj')`, `'YWJj'.unpack1('m')`,
			`'aXbX'.sub('X','-')`, `'aXbX'.gsub('X','-')`, `'nop'.tr('a-z','n-za-m')`, `'AbC'.downcase`, `'abc'.upcase`, `'  a '.strip`, `'%s-%d' % ['a',3]`, `'%s' % 'a'`, `format('%s','a')`, `"\x61\u0062\u{63}\101\t|"`, `'a\'b\n'`, `%q(a(b)c)`, `%Q[a#{1}]`, `'ab'*2`, `%w[a b][1]`, `{a: 'b'}[:a]`, `{'a' => 'b'}['a']`, `'a,b'.split(',').last`, `File.join('a','b')`, `File.dirname('/a/b')`, `File.basename('/a/b')`, `->(x) { x + 'b' }.call('a')`, `'a' 'b'`, `:a.to_s`, `['a','b'].first`, `['a','b'].map { |x| x + 'y' }.join`, `true ? 'a' : 'b'`, `'a'.then { |x| x }`, `'abc'.chars.reverse.join`, `?a+'b'`,
		}},
		{PHP, "php", []string{"-r"}, "echo (%s).\"\\x1e\";\n", "readfile(%s);", []string{
			`'a'.'b'`, `"a\x62\u{63}\104\t|"`, `'a\'b\n'`, `strrev('abc')`, `chr(97).'b'`, `implode('-',['a','b'])`, `join('',['a','b'])`, `str_rot13('nop')`, `base64_decode('YWJj')`, `hex2bin('616263')`, `strtolower('AbC')`, `strtoupper('abc')`, `sprintf('%s-%d','a',3)`, `str_replace('X','-','aXbX')`, `str_repeat('ab',2)`, `substr('abcdef',1,3)`, `substr('abcdef',-2)`, `substr('abcdef',1,-1)`, `trim('  a ')`, `pack('H*','6162')`, `['a'=>'b']['a']`, `['a','b'][1]`, `array('a','b')[1]`, `explode(',','a,b')[1]`, `dirname('/a/b')`, `basename('/a/b')`, `true ? 'a' : 'b'`, `null ?? 'b'`, `'' ?: 'b'`, `(fn($x)=>$x.'b')('a')`, `implode('',array_map('chr',[97,98]))`, `implode('', array_map(fn($c)=>chr($c+1),[96,97]))`, `urldecode('%61b')`, `"a\qb"`, `json_encode(['a'=>[1,'x']])`, `convert_uudecode("#86)C\n")`,
		}},
		{Lua, "lua", []string{"-e"}, "io.write((%s)..'\\30')\n", "io.open(%s)", []string{
			`'a'..'b'`, `'a\x62\99\t|'`, `[[a]]..[==[b]]c]==]`, `('abc'):reverse()`, `string.char(97,98)`, `('AbC'):lower()`, `('ab'):rep(2)`, `string.format('%s-%d','a',3)`, `table.concat({'a','b'})`, `table.concat({'a','b'},'-')`, `('abcdef'):sub(2,4)`, `({a='b'}).a`, `({'a','b'})[2]`, `(function(x) return x..'b' end)('a')`, `'a' and 'b'`, `nil or 'b'`, `tostring(12)..'a'`, `"a\z
   b"`,
		}},
	} {
		t.Run(c.lang.String(), func(t *testing.T) {
			path, err := exec.LookPath(c.program)
			if err != nil {
				t.Skipf("%s is not installed: its folding is not compared", c.program)
			}
			var src strings.Builder
			for _, e := range c.exprs {
				src.WriteString(strings.Replace(c.print, "%s", e, 1))
			}
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, path, append(c.args, src.String())...)
			cmd.Dir = t.TempDir()
			out, err := cmd.Output()
			if err != nil {
				t.Skipf("%s does not run the expressions: %v", c.program, err)
			}
			want := strings.Split(string(out), mark)
			unknown := 0
			for i, e := range c.exprs {
				r := Analyze(c.lang, strings.Replace(c.read, "%s", e, 1), nil, Limits{})
				if len(r.Effects) != 1 && want[i] != "" {
					t.Errorf("%s: %s", e, show(r))
					continue
				}
				if len(r.Effects) == 0 {
					continue // an empty path
				}
				got := r.Effects[0].Arg
				switch {
				case !got.Known():
					unknown++
				case string(got) != want[i]:
					t.Errorf("%s = %q, want %q", e, got, want[i])
				}
			}
			if unknown > 3 {
				t.Errorf("%d of %d expressions are not folded", unknown, len(c.exprs))
			}
		})
	}
}
