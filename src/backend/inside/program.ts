/**
 * What runs a hook inside the interpreter. Packages are built for Linux, so it says that it is Linux: `setup.py` files ask. Modules that look at
 * `sys.platform` when they are imported are imported before.
 *
 * There are no processes. `subprocess` is replaced by one that passes git on to the host, and for everything else says what the system says when
 * a program isn't there, so that backends which only look for a program go on; the names are reported.
 */
export const program = String.raw`
import asyncio, ctypes.util, selectors, shutil, signal, socket, subprocess, sysconfig, tempfile, threading, uuid
import base64, importlib, io, json, os, posix, random, shlex, site, sys, traceback, types, zipfile

sysconfig.get_config_vars().update(CC='cc', CXX='c++', LDSHARED='cc -shared', LDCXXSHARED='c++ -shared', AR='ar')
sys.platform = 'linux'
sys.executable = '/usr/bin/python3'
sys.argv = ['']
sys.dont_write_bytecode = True
os.uname = lambda: posix.uname_result(('Linux', 'localhost', '6.1.0', '#1 SMP', 'x86_64'))
os.umask(0o022)

# Not once for all: a start from a stored memory sets both again.
def _set_surroundings():
    os.environ.clear()
    os.environ.update(
        HOME='/home/build', LANG='C.UTF-8', LOGNAME='build', USER='build', PATH='/usr/local/bin:/usr/bin:/bin', TZ='UTC',
        SOURCE_DATE_EPOCH='946684800', PYTHONHASHSEED='0', PYTHONDONTWRITEBYTECODE='1',
    )
    sys.path[:] = [path for path in sys.path if path != '']

class _Refused(FileNotFoundError):
    pass

_refused = []

def _refuse(program):
    _refused.append(program)
    return _Refused(2, 'No such file or directory', program)

def _ask_git(arguments, cwd):
    import _wherry_host
    answer = json.loads(_wherry_host.git(json.dumps({'arguments': arguments, 'cwd': cwd})))
    if answer['status'] == -1:
        _refused.append('git ' + ' '.join(arguments))
        return 128, b'', answer['stderr'].encode()
    return answer['status'], base64.b64decode(answer['stdout']), answer['stderr'].encode()

class _Popen:
    __class_getitem__ = classmethod(types.GenericAlias)

    def __init__(self, args, bufsize=-1, executable=None, stdin=None, stdout=None, stderr=None, preexec_fn=None,
                 close_fds=True, shell=False, cwd=None, env=None, universal_newlines=None, startupinfo=None, creationflags=0,
                 restore_signals=True, start_new_session=False, pass_fds=(), *, encoding=None, errors=None, text=None, **more):
        words = shlex.split(args) if isinstance(args, str) else [os.fsdecode(word) for word in args]
        program = os.path.basename(words[0]) if words else ''
        if program != 'git':
            raise _refuse(program)
        self.args, self.pid = args, 1
        self.returncode, out, err = _ask_git(words[1:], os.path.abspath(os.fsdecode(cwd or '.')))
        if stderr == subprocess.STDOUT:
            out, err = out + err, b''
        self._text = bool(text or encoding or errors or universal_newlines)
        self._how = {'encoding': encoding or 'utf-8', 'errors': errors}
        self.stdin = io.BytesIO() if stdin == subprocess.PIPE else None
        self.stdout = self._stream(out, stdout, sys.stdout)
        self.stderr = self._stream(err, stderr, sys.stderr)

    def _stream(self, data, target, default):
        if target == subprocess.PIPE:
            stream = io.BytesIO(data)
            return io.TextIOWrapper(stream, **self._how) if self._text else stream
        if target is None:
            default.write(data.decode(errors='replace'))
        elif hasattr(target, 'write'):
            target.write(data if 'b' in getattr(target, 'mode', 'b') else data.decode(errors='replace'))
        elif isinstance(target, int) and target >= 0:
            os.write(target, data)
        return None

    def communicate(self, input=None, timeout=None):
        return tuple(stream and stream.read() for stream in (self.stdout, self.stderr))

    def wait(self, timeout=None):
        return self.returncode

    poll = wait

    def kill(self):
        pass

    terminate = kill

    def send_signal(self, signal):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

subprocess.Popen = _Popen

def _system(command):
    _refused.append((shlex.split(os.fsdecode(command)) or [''])[0])
    return 127 << 8

def _exec(path, *more):
    raise _refuse(os.path.basename(os.fsdecode(path)))

def _spawn(mode, path, *more):
    raise _refuse(os.path.basename(os.fsdecode(path)))

os.system = _system
for name in ('execv', 'execve', 'execvp', 'execvpe', 'execl', 'execle', 'execlp', 'execlpe', 'posix_spawn', 'posix_spawnp'):
    setattr(os, name, _exec)
for name in ('spawnv', 'spawnve', 'spawnvp', 'spawnvpe', 'spawnl', 'spawnle', 'spawnlp', 'spawnlpe'):
    setattr(os, name, _spawn)

def _backend(order):
    module, _, attributes = order['buildBackend'].partition(':')
    places = [os.path.normpath(os.path.join(os.getcwd(), path)) for path in order['backendPath']]
    sys.path[:0] = places
    backend = importlib.import_module(module)
    file = getattr(backend, '__file__', None) or ''
    if places and not any(file.startswith(place + '/') for place in places):
        raise ImportError(f'{module} is not below backend-path')
    for name in filter(None, attributes.split('.')):
        backend = getattr(backend, name)
    return backend

def _metadata_of(path):
    with zipfile.ZipFile(path) as wheel:
        name = next(name for name in wheel.namelist() if name.count('/') == 1 and name.endswith('.dist-info/METADATA'))
        return wheel.read(name).decode('utf-8')

def _build(backend, settings):
    name = backend.build_wheel('/build/output', settings)
    path = os.path.join('/build/output', os.path.basename(name))
    os.stat(path)
    return os.path.basename(name), path

def _call(backend, hook, settings):
    if hook == 'build_wheel':
        return _build(backend, settings)
    if hook == 'get_requires_for_build_wheel':
        get = getattr(backend, hook, None)
        return list(get(settings) if get else []), None
    prepare = getattr(backend, hook, None)
    if prepare is None:
        return _metadata_of(_build(backend, settings)[1]), None
    path = os.path.join('/build/output', prepare('/build/output', settings), 'METADATA')
    with open(path, encoding='utf-8', newline='') as file:
        return file.read(), None

def _program_of(error):
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, _Refused):
            return error.filename
        for program in reversed(_refused):
            if program and program.split()[0] in str(error).replace("'", ' ').split():
                return program
        error = error.__cause__ or error.__context__
    return None

def wherry_run(text):
    order = json.loads(text)
    _set_surroundings()
    for path in ('/home/build', '/build/output', '/usr/bin', order['directory']):
        os.makedirs(path, exist_ok=True)
    with open('/usr/bin/git', 'w') as file:
        file.write('#!/bin/sh\n')
    os.chmod('/usr/bin/git', 0o755)
    random.seed(0)
    try:
        os.chdir(order['directory'])
        site.addsitedir(order['site'])
        settings = {key: value if isinstance(value, str) else list(value) for key, value in order['backend']['configSettings'].items()}
        result, path = _call(_backend(order['backend']), order['hook'], settings or None)
        answer = {'news': {'type': 'done', 'result': result, 'refused': _refused}}
        if path is not None:
            answer['file'] = path
    except BaseException as error:
        lines = traceback.format_exception(error)
        sys.stderr.write(''.join(lines))
        reason = ''.join(traceback.format_exception_only(error)).strip()
        answer = {'news': {'type': 'failed', 'reason': reason, 'program': _program_of(error), 'refused': _refused}}
    sys.stdout.flush()
    sys.stderr.flush()
    return json.dumps(answer)
`;
