package inline

import "testing"

func TestRuby(t *testing.T) {
	check(t, Ruby, []program{
		{`puts File.read('.env')`, `read .env`},
		{`puts File.read(".env").lines.first`, `read .env`},
		{`File.open('.env') { |f| puts f.read }`, `read .env`},
		{`File.open('.env', 'w') do |f|
  f.puts 'x'
end`, `write .env`},
		{`File.open('x', mode: 'a')`, `append x`},
		{`IO.read("|cat .env")`, `shell cat .env`},
		{`open("|cat .env") { |f| puts f.read }`, `shell cat .env`},
		{`open('.env').read`, `read .env`},
		{`IO.readlines('.env').each { |l| puts l }`, `read .env`},
		{`File.foreach('.env') { |l| print l }`, `read .env`},
		{`File.delete('a', 'b')`, `delete a; delete b`},
		{`%w[a b].each { |f| File.delete(f) }`, `delete a; delete b`},
		{`%w[a b].each do |f|
  File.delete f
end`, `delete a; delete b`},
		{`for f in ['a','b'] do File.delete(f) end`, `delete a; delete b`},
		{`require 'fileutils'; FileUtils.rm_rf('/')`, `delete-tree /`},
		{`FileUtils.rm_rf "x"`, `delete-tree x`},
		{`FileUtils.mv('a','b'); FileUtils.cp 'c', 'd'`, `rename a -> b; copy c -> d`},
		{`File.write('.env', '')`, `write .env`},
		{`File.symlink('.env','x')`, `link .env -> x`},
		{"puts `cat .env`", `shell cat .env`},
		{`puts %x(cat .env)`, `shell cat .env`},
		{`system('cat', '.env')`, `exec cat .env`},
		{`system "cat .env"`, `shell cat .env`},
		{`system("cat #{f}")`, `shell cat …`},
		{`exec 'rm -rf /'`, `shell rm -rf /`},
		{`spawn('rm', '-rf', 'x')`, `exec rm -rf x`},
		{`require 'open3'; Open3.capture2('cat', '.env')`, `exec cat .env`},
		{`IO.popen(['cat','.env']).read`, `exec cat .env`},
		{`Kernel.system('id')`, `shell id`},
		{`send(:system, 'id')`, `shell id`},
		{`Kernel.send('sys'+'tem', 'id')`, `shell id`},
		{`Object.const_get('File').read('.env')`, `read .env`},
		{`method(:system).call('id')`, `shell id`},
		{`eval "File.delete('a')"`, `delete a`},
		{`eval(x)`, `code … !`},
		{`load './x.rb'`, `load ./x.rb`},
		{`require_relative 'x'`, `load x`},
		{`require 'json'`, ``},
		{`puts ENV.to_h`, `environ`},
		{`ENV.each { |k, v| puts "#{k}=#{v}" }`, `environ`},
		{`p ENV`, `environ`},
		{`puts ENV.inspect`, `environ`},
		{`puts ENV['PATH']`, ``},
		{`puts ENV.fetch('PATH', 'x')`, ``},
		{`File.read('.' + 'env')`, `read .env`},
		{`e = 'env'; File.read(".#{e}")`, `read .env`},
		{`File.read(['.','env'].join)`, `read .env`},
		{`File.read('vne.'.reverse)`, `read .env`},
		{`File.read([46,101,110,118].pack('c*'))`, `read .env`},
		{`File.read([46,101,110,118].map(&:chr).join)`, `read .env`},
		{`File.read([46,101,110,118].map { |c| c.chr }.join)`, `read .env`},
		{`require 'base64'; File.read(Base64.decode64('LmVudg=='))`, `read .env`},
		{`File.read('LmVudg=='.unpack1('m'))`, `read .env`},
		{`File.read('LmVudg=='.unpack('m')[0])`, `read .env`},
		{`File.read('.rai'.tr('a-z','n-za-m'))`, `read .env`},
		{`File.read('%senv' % '.')`, `read .env`},
		{`File.read("\x2eenv")`, `read .env`},
		{`File.read(File.join('a', '.env'))`, `read a/.env`},
		{`File.read(File.join(__dir__, '.env'))`, `read …/.env`},
		{`File.read(File.expand_path('~/.netrc'))`, `read ~/.netrc`},
		{`File.read(Dir.home + '/.netrc')`, `read ~/.netrc`},
		{`File.read("#{ENV['HOME']}/.netrc")`, `read ~/.netrc`},
		{`s = '.e'; s << 'nv'; File.read(s)`, `read .env`},
		{`h = {p: '.env'}; File.read(h[:p])`, `read .env`},
		{`def rd(p) = File.read(p)
rd('.env')`, `read .env`},
		{`def rd(p)
  File.read(p)
end
rd '.env'`, `read .env`},
		{`rd = ->(p) { File.read(p) }; rd.call('.env')`, `read .env`},
		{`Dir.glob('*.env').each { |f| File.delete(f) }`, `list .; delete ….env`},
		{`Dir['*.env'].each { |f| puts File.read(f) }`, `list .; read ….env`},
		{`File.read(ARGV[0])`, `read one`},
		{`ARGF.each { |l| puts l }`, `read one; read two`},
		{`[:read].each { |m| File.send(m, '.env') }`, `read .env`},
		{`f = 'a'; f = '.env' if x; File.read(f)`, `read a; read .env`},
		{`$f = '.env'; File.read($f); @g = 'b'; File.read @g`, `read .env; read b`},
		{`ARGV.each { |f| File.delete(f) }`, `delete one; delete two`},
		{`require 'net/http'; Net::HTTP.get(URI('https://x'))`, `request GET https://x`},
		{`Net::HTTP.post(URI('https://x'), '{"query":"a"}', 'A' => 'b')`, `request POST https://x <{"query":"a"}>`},
		{`HTTParty.delete('https://x')`, `request DELETE https://x`},
		{`ActiveRecord::Base.connection.execute("DROP TABLE x")`, `statement DROP TABLE x`},
		{`Dir.chdir('d') { File.read('.env') }`, `read d/.env`},
		{`Pathname.new('a').join('.env').read`, `read a/.env`},
		{`if x
  File.delete('a')
end`, `delete a`},
		{`puts(<<~X)
  #{File.read('.env')}
X
`, `read .env`},
		{`class A
  def go(p)
    File.delete(p)
  end
end
A.new.go('a')`, `delete a`},
		{`begin
  File.read('a')
rescue => e
  puts e
end`, `read a`},
	})
}

func TestRubyHarmless(t *testing.T) {
	check(t, Ruby, []program{
		{`puts "File.delete('a')"`, ``},
		{`# File.delete('a')`, ``},
		{`=begin
File.delete('a')
=end
puts 1`, ``},
		{`puts 'system("rm -rf /")'`, ``},
		{`x = "rm -rf /"`, ``},
		{`puts x if x == 'eval'`, ``},
		{`puts [1,2,3].map { |x| x * 2 }.inspect`, ``},
		{`{system: 'rm', open: '.env'}.each { |k, v| puts v }`, ``},
		{`puts File.exist?('.env')`, ``},
		{`puts "a" =~ /system\("rm"\)/`, ``},
		{`s = %q(File.delete('a')); puts s`, ``},
		{`puts :system, :open`, ``},
		{`a = b / c; d = e / f`, ``},
		{`[1,2].delete(1)`, ``},
		{`h.delete('open')`, ``},
		{`puts <<~X
  File.delete('a')
X
`, ``},
		{`raise "cannot open .env" unless ok`, ``},
		{`puts(x ? 'open' : 'system')`, ``},
		{`attr_accessor :open, :system`, ``},
		{`describe 'unlink' do
  it 'evals' do
    expect(1).to eq(1)
  end
end`, ``},
		{`puts RUBY_VERSION`, ``},
		{`case x
when 'rm' then puts 1
else puts 2
end`, ``},
		{`puts "#{1 + 1} DROP TABLE x"`, ``},
		{`3.times { |i| puts i }`, ``},
		{`puts STDIN.read`, ``},
		{`puts $stdin.gets`, ``},
		{`__END__
File.delete('a')`, ``},
		{`x = y&.open`, ``},
		{`def system_info; 'x'; end
puts system_info`, ``},
		{`puts '%s' % 'eval'`, ``},
	})
}
