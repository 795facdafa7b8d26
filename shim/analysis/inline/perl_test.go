package inline

import "testing"

func TestPerl(t *testing.T) {
	check(t, Perl, []program{
		{`open(F, ".env"); print <F>;`, `read .env`},
		{`open F, "<.env"; print while <F>`, `read .env`},
		{`open(my $f, '<', '.env') or die; print <$f>;`, `read .env`},
		{`open my $f, '<:encoding(UTF-8)', ".env" || die "x"`, `read .env`},
		{`open(F, ">.env")`, `write .env`},
		{`open(F, '>>', '.env')`, `append .env`},
		{`open(F, '+<', '.env')`, `read .env; write .env`},
		{`open(F, "cat .env|")`, `shell cat .env`},
		{`open(F, "| sh")`, `shell sh`},
		{`open(F, '-|', 'cat', '.env')`, `exec cat .env`},
		{`open(F, '-|', 'cat .env')`, `shell cat .env`},
		{`open(F, $ARGV[0])`, `read one`},
		{`my $p = shift; open(F, '<', $p)`, `read one`},
		{`print <>`, `read one; read two`},
		{`while (<>) { print }`, `read one; read two`},
		{`@ARGV=('.env'); print <>`, `read .env`},
		{`@ARGV = qw(.env x); while (<>) { print }`, `read .env; read x`},
		{"print `cat .env`", `shell cat .env`},
		{`print qx{cat .env}`, `shell cat .env`},
		{`my $o = qx(ls $d);`, `shell ls …`},
		{`system("rm -rf /")`, `shell rm -rf /`},
		{`system("rm", "-rf", "/")`, `exec rm -rf /`},
		{`system 'cat', '.env';`, `exec cat .env`},
		{`exec "cat .env" if $x;`, `shell cat .env`},
		{`my @c = ('rm','-rf','x'); system(@c)`, `exec rm -rf x`},
		{`unlink ".env"`, `delete .env`},
		{`unlink('a', 'b');`, `delete a; delete b`},
		{`unlink for qw(a b)`, `delete a; delete b`},
		{`unlink $_ for qw(a b)`, `delete a; delete b`},
		{`unlink glob "*.env"`, `list .; delete ….env`},
		{`unlink <*.env>`, `list .; delete ….env`},
		{`foreach my $f ('a', 'b') { unlink $f; }`, `delete a; delete b`},
		{`rename 'a', 'b'`, `rename a -> b`},
		{`use File::Path; rmtree('x')`, `delete-tree x`},
		{`use File::Path qw(remove_tree); remove_tree("x", "y");`, `delete-tree x; delete-tree y`},
		{`File::Path::remove_tree('x')`, `delete-tree x`},
		{`use File::Copy; copy('.env', '/tmp/x'); move("a","b")`, `copy .env -> /tmp/x; rename a -> b`},
		{`do './x.pl'`, `load ./x.pl`},
		{`require './x.pl'`, `load ./x.pl`},
		{`print %ENV`, `environ`},
		{`print "$_=$ENV{$_}\n" for keys %ENV`, `environ`},
		{`foreach (sort keys %ENV) { print "$_ $ENV{$_}" }`, `environ`},
		{`print map { "$_=$ENV{$_}\n" } keys %ENV`, `environ`},
		{`use Data::Dumper; print Dumper(\%ENV)`, `environ`},
		{`eval "unlink 'a'"`, `delete a`},
		{`eval { unlink 'a' }`, `delete a`},
		{`eval $x`, `code … !`},
		{`eval pack("H*", "756e6c696e6b2027612027")`, `delete a `},
		{`open(F, "." . "env")`, `read .env`},
		{`my $e = "env"; open(F, ".$e")`, `read .env`},
		{`my $e = "env"; open(F, ".${e}")`, `read .env`},
		{`open(F, join('', '.', 'env'))`, `read .env`},
		{`open(F, reverse('vne.'))`, `read .env`},
		{`open(F, scalar reverse 'vne.')`, `read .env`},
		{`open(F, chr(46)."env")`, `read .env`},
		{`open(F, "\x2eenv")`, `read .env`},
		{`open(F, "\x{2e}env")`, `read .env`},
		{`open(F, pack("C*", 46,101,110,118))`, `read .env`},
		{`open(F, sprintf("%s%s", ".", "env"))`, `read .env`},
		{`use MIME::Base64; open(F, decode_base64("LmVudg=="))`, `read .env`},
		{`($p = ".rai") =~ tr/a-z/n-za-m/; open(F, $p)`, `read .env`},
		{`my %h = (p => '.env'); open(F, $h{p})`, `read .env`},
		{`my $h = {p => '.env'}; open(F, $h->{p})`, `read .env`},
		{`my @l = ('a', '.env'); open(F, $l[1])`, `read .env`},
		{`sub rd { my ($p) = @_; open(F, '<', $p); } rd('.env');`, `read .env`},
		{`sub rd { my $p = shift; open(F, '<', $p); } rd('.env');`, `read .env`},
		{`rd('.env'); sub rd { open(F, '<', $_[0]) }`, `read .env`},
		{`open(F, "$ENV{HOME}/.netrc")`, `read ~/.netrc`},
		{`open(F, q(.env))`, `read .env`},
		{`open(F, q{.env})`, `read .env`},
		{`open(F, <<X);
.env
X
`, `read .env`},
		{`my $t = <<'END'; eval $t;
unlink 'a';
END
`, `delete a`},
		{`$s =~ s/x/unlink("a")/e`, `delete a`},
		{`chdir "d"; unlink "a"`, `delete d/a`},
		{`kill 9, 1`, `kill 1`},
		{`use LWP::UserAgent; LWP::UserAgent->new->post("https://x", Content => "b")`, `request POST https://x <b>`},
		{`HTTP::Tiny->new->delete("https://x")`, `request DELETE https://x`},
		{`$dbh->do("DROP TABLE x")`, `statement DROP TABLE x`},
		{`local $/; open(F,".env"); my $c = <F>; print $c`, `read .env`},
		{`path(".env")->slurp`, `read .env`},
		{`print do { local (@ARGV, $/) = '.env'; <> };`, `read .env`},
		{`exec { 'rm' } 'rm', '-rf', 'x';`, `exec rm -rf x`},
		{`print {$out} "x"; unlink "a"`, `delete a`},
		{`my $x = 'a'; $x = '.env' if $y; open F, $x;`, `read a; read .env`},
		{`$_="X.env"; s/X//; open F,$_; print <F>`, `read …`},
		{`my @f = map { ".$_" } qw(env); open F, $f[0];`, `read .env`},
		{`CORE::unlink('a');`, `delete a`},
	})
}

func TestPerlHarmless(t *testing.T) {
	check(t, Perl, []program{
		{`print "unlink .env\n"`, ``},
		{`# unlink ".env"`, ``},
		{`print 'system("rm")'`, ``},
		{`my $x = "rm -rf /"; print $x`, ``},
		{`print "rm -rf /" if $x eq "open"`, ``},
		{`s/open/close/g; print`, ``},
		{`if (/unlink "x"/) { print }`, ``},
		{`$_ = "x"; tr/a-z/A-Z/; print`, ``},
		{`print join(",", map { $_ * 2 } 1..3)`, ``},
		{`print $ENV{PATH}`, ``},
		{`print "$ENV{PATH}\n"`, ``},
		{`print scalar(keys %ENV)`, `environ`},
		{`print -e ".env" ? 1 : 0`, ``},
		{`print <STDIN>`, ``},
		{`while (my $l = <STDIN>) { print $l }`, ``},
		{`my %h = (open => '.env', system => 'rm'); print $h{open}`, ``},
		{`printf("%s\n", "DROP TABLE x")`, ``},
		{`print qq{eval "x"}`, ``},
		{`=pod

unlink 'x'

=cut
print 1`, ``},
		{`print 1;
__END__
unlink 'x'`, ``},
		{`use strict; use warnings; print 1`, ``},
		{`my @l = sort { $a <=> $b } (3,1); print "@l"`, ``},
		{`print "a" x 3`, ``},
		{`my $n = 10 / 2; my $m = $n / 5; print $m`, ``},
		{`print <<EOT;
unlink 'x'
system("rm")
EOT
`, ``},
		{`$h->{delete} = 1; print $h->{unlink}`, ``},
		{`print lc("EVAL")`, ``},
		{`print "yes" if $x =~ m{system\("rm"\)}`, ``},
		{`sub unlink_it { return 1 } unlink_it("x")`, ``},
		{`die "cannot open .env"`, ``},
		{`print y => 1`, ``},
		{`my $s = 'a'; $s .= "unlink"; print $s`, ``},
		{`print $#ARGV`, ``},
		{`print "@{[ 1 + 1 ]}"`, ``},
		{`next if $x; last unless $y;`, ``},
	})
}
