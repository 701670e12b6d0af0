/**
 * What runs inside the interpreter. `resize` gives the buffer through which sources come in and code goes out; `compile_file` reads the
 * first `size` bytes of it and answers how many it wrote: eight bytes of hash and the marshalled code, or -1 for "no .pyc". An answer larger
 * than the buffer is fetched by `resize`.
 *
 * `py_compile` writes no .pyc for a source that `compile` or `marshal` refuse: SyntaxError with its subclasses, ValueError (null bytes and bad
 * encodings of some releases, code too deep for marshal), OverflowError, and RecursionError and MemoryError where an expression is
 * too deep for CPython's own counters. These depend on the source alone. MemoryError can also mean that memory ran out, hence the probe: it raises
 * again, and the interpreter counts as crashed, like for every other exception.
 */
export const program = `
import gc, marshal, sys, warnings
from importlib.util import MAGIC_NUMBER, source_hash

warnings.simplefilter('ignore')
sys.setrecursionlimit(1000)

def wherry_version():
    return '%d.%d.%d %d' % (*sys.version_info[:3], int.from_bytes(MAGIC_NUMBER[:2], 'little'))

def wherry_compiler():
    buffer = bytearray()
    view = memoryview(buffer)
    waiting = (b'', b'')

    def put():
        nonlocal waiting
        source, code = waiting
        view[:8] = source
        view[8:8 + len(code)] = code
        waiting = (b'', b'')

    def resize(size):
        nonlocal buffer, view
        buffer = bytearray(size)
        view = memoryview(buffer)
        if waiting[1]:
            put()
        return buffer

    def compile_file(size, path):
        nonlocal waiting
        source = view[:size]
        try:
            code = marshal.dumps(compile(source, path, 'exec', dont_inherit=True))
        except MemoryError:
            bytearray(1 << 26)
            return -1
        except (SyntaxError, ValueError, OverflowError, RecursionError):
            return -1
        waiting = (source_hash(source), code)
        size = 8 + len(code)
        if size <= len(view):
            put()
        return size

    return resize, compile_file

gc.collect()
gc.disable()
`;
