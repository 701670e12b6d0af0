import { ownBackend } from '../../../src/backend/fixture.ts';
import type { BuildJob } from '../../../src/backend/index.ts';

export { buildWheel } from '../../../src/backend/build.ts';
export { backendContext } from '../../../src/backend/fixture.ts';

/** A backend that tries what a Python program in this process can try, and prints as JSON what came of it. `targets` is JSON as in script.ts. */
export function hostileBackend(targets: string): BuildJob {
  return ownBackend(attempts.replace('TARGETS', () => JSON.stringify(targets)));
}

const attempts = `
import asyncio, ctypes, json, socket, subprocess, sys, types
targets = json.loads(TARGETS)
outcomes = {}
def attempt(name):
    def run(work):
        try:
            outcomes[name] = 'done: ' + str(work())[:100]
        except BaseException as error:
            outcomes[name] = f'failed: {type(error).__name__}: {error}'[:200]
    return run

def script(code):
    from pyodide.code import run_js
    return run_js(code)

def constructed(code):
    import js
    return js.setTimeout.constructor(code)()

def mounted():
    import pyodide_js, pyodide.ffi
    files = pyodide_js.FS
    files.mkdir('/host')
    files.mount(files.filesystems.NODEFS, pyodide.ffi.create_proxy(types.SimpleNamespace(root='/')), '/host')
    return open('/host' + targets['file']).read()

def named(path):
    import importlib
    first, *rest = path.split('.')
    value = importlib.import_module(first)
    for name in rest:
        value = getattr(value, name)
    return value

@attempt('read: open')
def _(): return open(targets['file']).read()
attempt('read: mount')(mounted)
attempt('read: run_js')(lambda: script(f"process.getBuiltinModule('fs').readFileSync('{targets['file']}', 'utf8')"))
attempt('read: constructor')(lambda: constructed(f"return process.getBuiltinModule('fs').readFileSync('{targets['file']}', 'utf8')"))
attempt('read: require')(lambda: named('js.require')('fs').readFileSync(targets['file']))
attempt('read: process')(lambda: named('js.process').binding('fs'))
attempt('read: package')(lambda: named('pyodide_js.loadPackage')('file://' + targets['file']).constructor.constructor('return process')())
attempt('program: subprocess')(lambda: subprocess.run(['/bin/true'], check=True))
attempt('program: native subprocess')(lambda: named('_posixsubprocess').fork_exec(
    [b'/bin/true'], [b'/bin/true'], True, (), None, None, *[-1] * 7, 9, True, False, 0, None, None, None, -1, None, False))
attempt('program: fork')(lambda: __import__('posix').fork())
attempt('program: system')(lambda: {0: 'ran'}[os.system('true')])
attempt('program: spawn')(lambda: script("process.binding('spawn_sync').spawn({file: '/bin/true', args: ['true']})"))
attempt('program: module')(lambda: script("process.getBuiltinModule('child_process').execSync('true')"))
attempt('program: import')(lambda: script("import('child_process')"))
attempt('addon: dlopen')(lambda: script(f"process.dlopen({{exports: {{}}}}, '{targets['addon']}')"))
attempt('addon: ctypes')(lambda: ctypes.CDLL(targets['addon']))
attempt('environment: os')(lambda: {True: 'found'}['wherry-secret' in json.dumps(dict(os.environ))])
attempt('environment: js')(lambda: script('JSON.stringify(process.env)'))
attempt('environment: module')(lambda: {True: 'found'}['wherry-secret' in str(named('pyodide_js._module').ENV)])
attempt('socket: socket')(lambda: socket.create_connection(('127.0.0.1', targets['port']), 3))
attempt('socket: file')(lambda: socket.socket(socket.AF_UNIX).connect(targets['socket']))
attempt('socket: fetch')(lambda: named('js.fetch')(f"http://127.0.0.1:{targets['port']}/"))
attempt('socket: WebSocket')(lambda: named('js.WebSocket').new(f"ws://127.0.0.1:{targets['port']}/"))
attempt('socket: net')(lambda: script(f"process.getBuiltinModule('net').connect({targets['port']})"))
print(json.dumps(outcomes))
return 0`;
