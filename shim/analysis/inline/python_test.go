package inline

import "testing"

func TestPythonFiles(t *testing.T) {
	check(t, Python, []program{
		{`print(open('.env').read())`, `read .env`},
		{`open(".env")`, `read .env`},
		{`f=open('.env','w')`, `write .env`},
		{`open('.env', mode='a').write('x')`, `append .env`},
		{`open('x','r+')`, `read x; write x`},
		{`open('x','x')`, `create x`},
		{`open('x','rb')`, `read x`},
		{`open(file='.env')`, `read .env`},
		{`import io; io.open('.env')`, `read .env`},
		{`from pathlib import Path; print(Path('.env').read_text())`, `read .env`},
		{`import pathlib; pathlib.Path('a','b','.env').read_bytes()`, `read a/b/.env`},
		{`from pathlib import Path as P
(P.home() / '.ssh' / 'id_rsa').read_text()`, `read ~/.ssh/id_rsa`},
		{`from pathlib import *
Path('.env').unlink()`, `delete .env`},
		{`Path('a').write_text('x')`, `write a`},
		{`Path('a').rename('b')`, `rename a -> b`},
		{`p = Path('a'); q = p / 'b'; q.touch()`, `create a/b`},
		{`import os; os.remove('.env')`, `delete .env`},
		{`import os as o; o.unlink('.env')`, `delete .env`},
		{`from os import remove as r; r('.env')`, `delete .env`},
		{`from os import *; remove('.env')`, `delete .env`},
		{`import os
os.rename('a', 'b')
os.replace(src='c', dst='d')`, `rename a -> b; rename c -> d`},
		{`import shutil; shutil.rmtree('/')`, `delete-tree /`},
		{`import shutil; shutil.copy('.env','/tmp/x')`, `copy .env -> /tmp/x`},
		{`import shutil; shutil.move('a','b')`, `rename a -> b`},
		{`import os; os.symlink('.env', 'x')`, `link .env -> x`},
		{`import os; os.open('.env', os.O_RDONLY)`, `read .env`},
		{`import os; os.open('x', os.O_WRONLY|os.O_CREAT|os.O_TRUNC)`, `write x`},
		{`import os; os.truncate('x', 0)`, `write x`},
		{`import os; os.chmod('x', 0o777)`, `chmod x`},
		{`import os; print(os.listdir('.ssh'))`, `list .ssh`},
		{`import os; os.listdir()`, `list .`},
		{`with open('.env') as f:
    for line in f:
        print(line)`, `read .env`},
		{`with open('a') as f, open('b','w') as g: g.write(f.read())`, `read a; write b`},
		{`import json; d = json.load(open('conf.json'))`, `read conf.json`},
		{`import configparser; c = configparser.ConfigParser(); c.read('.env')`, `read .env`},
		{`import pandas as pd; pd.read_csv('.env')`, `read .env`},
		{`import fileinput
for l in fileinput.input('.env'): print(l)`, `read .env`},
		{`import linecache; linecache.getlines('.env')`, `read .env`},
		{`from dotenv import load_dotenv; load_dotenv()`, `load .env`},
		{`from dotenv import dotenv_values; print(dotenv_values('.env.prod'))`, `load .env.prod`},
		{`import runpy; runpy.run_path('x.py')`, `load x.py`},
		{`exec(open('x.py').read())`, `read x.py; load x.py`},
		{`import os; os.chdir('conf'); open('.env')`, `read conf/.env`},
		{`import os; os.chdir(x); open('.env')`, `read …/.env`},
		{`import glob
for f in glob.glob('.env*'): print(open(f).read())`, `list .; read .env…`},
		{`import sys; open(sys.argv[1])`, `read one`},
		{`import sys
for a in sys.argv[1:]: open(a)`, `read one; read two`},
		{`open(path)`, `read …`},
		{`open(0).read()`, ``},
		{`import sys; print(sys.stdin.read())`, ``},
	})
}

func TestPythonFolding(t *testing.T) {
	check(t, Python, []program{
		{`open('.'+'env')`, `read .env`},
		{`open('.' 'en' "v")`, `read .env`},
		{`open(chr(46)+'env')`, `read .env`},
		{`open(''.join(['.','e','nv']))`, `read .env`},
		{`open(''.join(map(chr,[46,101,110,118])))`, `read .env`},
		{`open(''.join(chr(c) for c in [46,101,110,118]))`, `read .env`},
		{`open('vne.'[::-1])`, `read .env`},
		{`open('x.envx'[1:-1])`, `read .env`},
		{`open('.ENV'.lower())`, `read .env`},
		{`open('Xenv'.replace('X','.'))`, `read .env`},
		{`open('%senv' % '.')`, `read .env`},
		{`open('%s%s' % ('.','env'))`, `read .env`},
		{`open('{}{}'.format('.','env'))`, `read .env`},
		{`open('{a}env'.format(a='.'))`, `read .env`},
		{`e='env'; open(f'.{e}')`, `read .env`},
		{`open(f"{'.'}{'env'}")`, `read .env`},
		{`open('\x2eenv')`, `read .env`},
		{`open('\56env')`, `read .env`},
		{`open(b'.env')`, `read .env`},
		{`open(r'.env')`, `read .env`},
		{`open('''.env''')`, `read .env`},
		{`open(bytes([46,101,110,118]))`, `read .env`},
		{`open(bytes.fromhex('2e656e76').decode())`, `read .env`},
		{`import base64; open(base64.b64decode('LmVudg==').decode())`, `read .env`},
		{`import codecs; open(codecs.decode('.rai','rot13'))`, `read .env`},
		{`import os; open(os.path.join('a','.env'))`, `read a/.env`},
		{`import os; open(os.path.join(d,'.env'))`, `read …/.env`},
		{`import os; open(os.path.expanduser('~/.ssh/id_rsa'))`, `read ~/.ssh/id_rsa`},
		{`open('~/x')`, `read ./~/x`},
		{`import os; open(os.environ['HOME']+'/.netrc')`, `read ~/.netrc`},
		{`import os; open(os.getenv('HOME')+'/.netrc')`, `read ~/.netrc`},
		{`import os; open(os.environ.get('CONF', '.env'))`, `read …; read .env`},
		{`p='.e'; p+='nv'; open(p)`, `read .env`},
		{`a,b='.','env'; open(a+b)`, `read .env`},
		{`(a,b)=('.','env'); open(a+b)`, `read .env`},
		{`d={'p':'.env'}; open(d['p'])`, `read .env`},
		{`l=['a','.env']; open(l[1]); open(l[-1])`, `read .env; read .env`},
		{`for f in ['.env','x']: open(f)`, `read .env; read x`},
		{`for f in ('.env',
          'x'):
    print(open(f).read())`, `read .env; read x`},
		{`s=''
for c in [46,101,110,118]:
    s += chr(c)
open(s)`, `read .env`},
		{`[open(f).read() for f in ['a','b']]`, `read a; read b`},
		{`x = '.env' if True else 'x'; open(x)`, `read .env; read x`},
		{`x='.env'
if y:
    x='other'
open(x)`, `read .env; read other`},
		{`def f(p): return open(p).read()
print(f('.env'))`, `read .env`},
		{`def f(p):
    return open(p).read()
def g():
    return f('.env')
g()`, `read .env`},
		{`def f(p='.env'):
    open(p)
f()`, `read .env`},
		{`f=lambda p: open(p)
f('.env')`, `read .env`},
		{`(lambda p: open(p))('.env')`, `read .env`},
		{`def name(): return '.env'
open(name())`, `read .env`},
		{`def f(p): open(p)`, `read …`},
		{`class A:
    def open(self): pass
    def go(self, p):
        open(p)
A().go('.env')`, `read .env`},
		{`class A:
    def __init__(self): self.p = '.env'
    def go(self): open(self.p)`, `read …`},
		{`list(map(open, ['.env']))`, `read .env`},
		{`import sys; sys.path.insert(0,'x'); open('a'*3)`, `read aaa`},
		{`while True:
    p += 'x'
    open(p)`, `read …`},
		{`x: str = '.env'
open(x)`, `read .env`},
		{`open(str(Path('a') / '.env'))`, `read a/.env`},
		{`if (n := '.env'): open(n)`, `read .env`},
		{`def f(*a, **k): open(a[0]); open(k['p'])
f('.env', p='x')`, `read .env; read x`},
		{`def f(*a):
    for x in a: open(x)
f('a', 'b')`, `read a; read b`},
		{`p = 'a'
def f():
    global p
    p = '.env'
f()
open(p)`, `read a; read .env`},
		{`p = 'a'
for _ in x:
    open(p)
    p = '.env'`, `read a; read .env`},
		{`p = 'a'
try:
    p = '.env'
except E:
    p = 'c'
open(p)`, `read a; read .env; read c`},
		{`a, *b = ['.env', 'c']; open(a); open(b[0])`, `read .env; read c`},
		{`open(*['.env']); open(**{'file': 'x'})`, `read .env; read x`},
		{`import sys; sys.modules['os'].remove('a')`, `delete a`},
		{`import builtins; builtins.__dict__['open']('.env')`, `read .env`},
		{`exec("".join(chr(ord(c)^1) for c in "nqdo)&/dow&("))`, `read .env`},
	})
}

func TestPythonProcesses(t *testing.T) {
	check(t, Python, []program{
		{`import os; os.system('cat .env')`, `shell cat .env`},
		{`import os; os.popen("rm -rf /").read()`, `shell rm -rf /`},
		{`getattr(os,'sys'+'tem')('cat .env')`, `shell cat .env`},
		{`__import__('os').system('cat .env')`, `shell cat .env`},
		{`import importlib; importlib.import_module('o'+'s').system('id')`, `shell id`},
		{`globals()['__builtins__'].open('.env')`, `read .env`},
		{`__builtins__['eval']("open('.env')")`, `read .env`},
		{`import subprocess; subprocess.run(['cat','.env'])`, `exec cat .env`},
		{`import subprocess as sp; sp.run('cat .env', shell=True)`, `shell cat .env`},
		{`from subprocess import check_output as co; co(["git","reset","--hard"])`, `exec git reset --hard`},
		{`import subprocess; subprocess.Popen(args=['rm','-rf',d])`, `exec rm -rf …`},
		{`import subprocess; subprocess.run('ls')`, `exec ls`},
		{`import subprocess; subprocess.run("cat .env".split())`, `exec cat .env`},
		{`import subprocess; subprocess.run(['cat'] + ['.env'])`, `exec cat .env`},
		{`import subprocess; subprocess.run(['cat', *files])`, `exec cat …`},
		{`import shlex, subprocess; subprocess.run(shlex.split('rm -rf /'))`, `exec rm -rf /`},
		{`import subprocess; subprocess.getoutput('cat .env')`, `shell cat .env`},
		{`import os; os.execvp('cat', ['cat','.env'])`, `exec cat .env`},
		{`import os; os.execlp('cat', 'cat', '.env')`, `exec cat cat .env`},
		{`import pty; pty.spawn(['/bin/sh','-c','id'])`, `exec /bin/sh -c id`},
		{`import pty; pty.spawn('/bin/bash')`, `exec /bin/bash -i`},
		// Libraries that speak for a program.
		{`import sh; sh.git('reset', '--hard')`, `exec git reset --hard`},
		{`from sh import cat; print(cat('.env'))`, `exec cat .env`},
		{`sh = book.sheet; sh.cell(1)`, ``},
		{`import git; git.Repo('.').git.reset('--hard')`, `exec git reset --hard`},
		{`from git import Repo; r = Repo('.'); r.git.cherry_pick('x')`, `exec git cherry-pick x`},
		{`import boto3; boto3.client('s3').delete_bucket(Bucket='b')`, `exec aws s3api delete-bucket --bucket b`},
		{`import boto3; rds = boto3.Session(profile_name='p').client('rds'); rds.delete_db_instance(DBInstanceIdentifier='d', SkipFinalSnapshot=True)`, `exec aws rds delete-db-instance --db-instance-identifier d --skip-final-snapshot`},
		{`import boto3; boto3.resource('s3').Bucket('b').objects.all().delete()`, `exec aws s3api delete-objects`},
		{`import boto3; b = boto3.resource('s3').Bucket('b'); b.object_versions.delete(); b.delete()`, "exec aws s3api delete-objects; exec aws s3api delete-bucket"},
		{`import boto3; boto3.Session().resource('ec2').instances.filter(Filters=[]).terminate()`, `exec aws ec2 terminate-instances`},
		{`import boto3; boto3.client('s3', endpoint_url='http://localhost:4566').delete_bucket(Bucket='b')`, `exec aws s3api delete-bucket --endpoint-url http://localhost:4566 --bucket b`},
		{`import boto3; boto3.resource('s3', endpoint_url='http://localhost:4566').Bucket('b').delete()`, `exec aws s3api delete-bucket --endpoint-url http://localhost:4566`},
		{`import boto3; boto3.client(service_name='s3', endpoint_url='http://localhost:4566').delete_bucket(Bucket='b')`, `exec aws s3api delete-bucket --endpoint-url http://localhost:4566 --bucket b`},
		{`import boto3; boto3.resource('dynamodb').Table('t').delete()`, `exec aws dynamodb delete-table`},
		{`import boto3; [print(b.name) for b in boto3.resource('s3').buckets.all()]; boto3.resource('s3').Bucket('b').download_file('k', 'f')`, ``},
		{`import boto3; boto3.client('s3').upload_file('.env', 'b', 'k')`, `read .env`},
		{`import tarfile; tarfile.open('/tmp/x.tar', 'w').add('.env')`, `write /tmp/x.tar; read .env`},
		{`import zipfile; zipfile.ZipFile('x.zip', 'w').write('.env')`, `write x.zip; read .env`},
		{`import os; os.kill(1, 9)`, `kill 1`},
		{`eval("__import__('os').system('id')")`, `shell id`},
		{`exec("import os\nos.remove('.env')")`, `delete .env`},
		{`exec(compile("open('.env')", '', 'exec'))`, `read .env`},
		{`import base64; exec(base64.b64decode('b3BlbignLmVudicp'))`, `read .env`},
		{`exec(input())`, `code … !`},
		{`exec(x)`, `code … !`},
		{`eval("1 + " + x)`, `code 1 + …`},
		{`import os; os.system(cmd)`, `shell … !`},
		{`import os; os.system('ls ' + d)`, `shell ls …`},
		{`import os; getattr(os, n)(x)`, `code … !`},
		{`import os; f = os.system; f('id')`, `shell id`},
		{`import threading, os; threading.Thread(target=lambda: os.system('id')).start()`, `shell id`},
		{`try:
    import os
except ImportError:
    pass
else:
    os.system('id')`, `shell id`},
		{`async def main():
    await asyncio.create_subprocess_exec('cat', '.env')
asyncio.run(main())`, `exec cat .env`},
	})
}

func TestPythonNetworkAndData(t *testing.T) {
	check(t, Python, []program{
		{`import requests; requests.post('https://x/graphql', json={'query':'mutation { volumeDelete(volumeId:"1") }'})`,
			`request POST https://x/graphql <{"query":"mutation { volumeDelete(volumeId:\"1\") }"}>`},
		{`import requests
requests.delete(f'https://api/{v}')`, `request DELETE https://api/…`},
		{`requests.request('PATCH', url='https://x')`, `request PATCH https://x`},
		{`s = requests.Session(); s.get('https://x')`, `request GET https://x`},
		{`import urllib.request as u; u.urlopen('https://x').read()`, `request GET https://x`},
		{`import urllib.request; r = urllib.request.Request('https://x', data=b'a', method='DELETE'); urllib.request.urlopen(r)`,
			`request DELETE https://x <a>`},
		{`import json, urllib.request
q = json.dumps({"query": "mutation { a }"}).encode()
urllib.request.urlopen(urllib.request.Request("https://x", data=q))`, `request POST https://x <{"query":"mutation { a }"}>`},
		{`import http.client; c = http.client.HTTPSConnection('h'); c.request('DELETE', '/v1/x')`, `request DELETE https://h/v1/x`},
		{`import httpx; httpx.put('https://x', data='b')`, `request PUT https://x <b>`},
		{`import socket; s=socket.socket(); s.connect(('h', 80))`, `connect h:80`},
		{`import sqlite3; c=sqlite3.connect('a.db'); c.execute('DROP TABLE x')`, `read a.db; database sqlite:///a.db; statement DROP TABLE x`},
		{`cur.execute("DELETE FROM users")`, `statement DELETE FROM users`},
		{`conn.cursor().execute("SELECT " + c + " FROM t")`, `statement SELECT … FROM t`},
		{`t='users'; cur.execute(f'TRUNCATE {t}')`, `statement TRUNCATE users`},
		{`import os; print(os.environ)`, `environ`},
		{`import os; print(dict(os.environ))`, `environ`},
		{`import os, json; print(json.dumps(dict(os.environ)))`, `environ`},
		{`import os
for k, v in os.environ.items(): print(f'{k}={v}')`, `environ`},
		{`import os
for k in os.environ: print(k, os.environ[k])`, `environ`},
		{`import os; print("\n".join(f"{k}={v}" for k,v in os.environ.items()))`, `environ`},
		{`from os import environ; print(environ)`, `environ`},
		{`from pprint import pprint; import os; pprint(dict(os.environ))`, `environ`},
		{`import redis; redis.Redis().flushall()`, `statement FLUSHALL`},
	})
}

func TestPythonHarmless(t *testing.T) {
	check(t, Python, []program{
		{``, ``},
		{`print("open('.env')")`, ``},
		{`# open('.env')`, ``},
		{`"""open('.env').read()"""`, ``},
		{`x = "rm -rf /"`, ``},
		{`print('cat .env')`, ``},
		{`print("DROP TABLE users")`, ``},
		{`if cmd == 'rm -rf /': print('no')`, ``},
		{`def f():
    """Deletes .env with os.remove('.env')."""
    return 1
f()`, ``},
		{`s = '''
os.system("id")
'''`, ``},
		{`import os; print(os.environ.get('PATH'))`, ``},
		{`import os; print(os.environ['PATH'])`, ``},
		{`import os; print(len(os.environ))`, ``},
		{`import os; print(sorted(os.environ))`, `environ`},
		{`import os; print('HOME' in os.environ)`, ``},
		{`l = []; l.remove('.env'); print(l)`, ``},
		{`d = {'open': '.env'}; print(d)`, ``},
		{`import re; re.compile('rm -rf /')`, ``},
		{`re.search(r'DROP TABLE', s)`, ``},
		{`'.env'.replace('a','b')`, ``},
		{`{'.env'}.remove('.env')`, ``},
		{`model.eval()`, ``},
		{`import ast; ast.literal_eval("[1]")`, ``},
		{`df.query("a > 1")`, ``},
		{`client.get('/users')`, ``},
		{`d.get('https', 1)`, ``},
		{`x.execute(plan)`, `statement …`},
		{`import os; os.path.exists('.env')`, ``},
		{`Path('.env').exists()`, ``},
		{`import json; print(json.dumps({"a": "rm -rf"}))`, ``},
		{`print(f"{'rm -rf /'}")`, ``},
		{`assert s == "open('.env')"`, ``},
		{`log.info("deleting .env")`, ``},
		{`parser.add_argument('--file', default='.env')`, ``},
		{`print(1+1); print([i*i for i in range(10)])`, ``},
		{`import sys; print(sys.version)`, ``},
		{`from math import sqrt as open_; print(open_(4))`, ``},
		{`x = lambda: 1
print(x())`, ``},
		{`import time; time.sleep(1)`, ``},
		{`print("""eval('x')""")`, ``},
		{`print('a' if x else "os.remove('b')")`, ``},
		{`raise ValueError("cannot open .env")`, ``},
		{`class open_file: pass`, ``},
		{`print(r"C:\new", b'\x00'.hex())`, ``},
		{`@dataclass
class A:
    path: str = '.env'
    def name(self) -> str:
        return self.path`, ``},
		{`match x:
    case "open": print(1)
    case _: print("system")`, ``},
	})
}
