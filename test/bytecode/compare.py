"""Compares compiled files with what the running CPython compiles itself.

As a program: `compare.py SOURCES PYCS RESULT`, where the first two are packs (pack.ts) with the same names, and RESULT becomes a JSON list
of [name, verdict]. A verdict is 'equal', 'none' (neither side compiles it), 'tables: …' if only line or exception tables differ, or what differs.
"""

import json
import marshal
import struct
import sys
import warnings

EXACT = (
    'co_argcount co_posonlyargcount co_kwonlyargcount co_nlocals co_stacksize co_flags co_code co_names co_varnames co_freevars '
    'co_cellvars co_filename co_name co_qualname co_firstlineno'
).split()
TABLES = 'co_linetable co_exceptiontable'.split()


def bits(value):
    return 'nan' if value != value else struct.pack('<d', value)


def key(value):
    """Equal for equal constants of the same type and sign, whatever the order of frozensets."""
    if isinstance(value, float):
        return 'float', bits(value)
    if isinstance(value, complex):
        return 'complex', bits(value.real), bits(value.imag)
    if isinstance(value, tuple):
        return 'tuple', tuple(map(key, value))
    if isinstance(value, frozenset):
        return 'frozenset', tuple(sorted(map(key, value), key=repr))
    if isinstance(value, slice):
        return 'slice', key((value.start, value.stop, value.step))
    return type(value).__name__, value


def differences(ours, theirs, where=''):
    """Names of fields that differ, nested code objects included."""
    where = where + '/' + theirs.co_name
    for field in EXACT + TABLES:
        if getattr(ours, field) != getattr(theirs, field):
            yield field, where
    if len(ours.co_consts) != len(theirs.co_consts):
        yield 'co_consts', where
        return
    for one, other in zip(ours.co_consts, theirs.co_consts):
        if type(one) is type(ours) and type(other) is type(ours):
            yield from differences(one, other, where)
        elif type(one) is type(ours) or type(other) is type(ours) or key(one) != key(other):
            yield 'co_consts', where


def compile_here(source, path):
    try:
        code = compile(source, path, 'exec', dont_inherit=True)
        marshal.dumps(code)
        return code
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):
        return None


def compare(source, pyc, path):
    """`pyc` is None where no file was made."""
    theirs = compile_here(source, path)
    if theirs is None or pyc is None:
        return 'none' if theirs is None and pyc is None else 'compiled only ' + ('there' if pyc is None else 'here')
    found = list(differences(marshal.loads(pyc[16:]), theirs))
    if not found:
        return 'equal'
    fields = sorted({field for field, _ in found})
    if all(field in TABLES for field in fields):
        return 'tables: ' + ' '.join(fields)
    return ' '.join(fields) + ' of ' + next(where for field, where in found if field not in TABLES)


def read_pack(path):
    with open(path + '.json', encoding='utf-8') as index, open(path + '.bin', 'rb') as data:
        return {name: None if size < 0 else data.read(size) for name, size in json.load(index)}


def dump_all(sources, result):
    """Marshal data as it is, as a pack."""
    index = []
    with open(result + '.bin', 'wb') as data:
        for name, source in read_pack(sources).items():
            code = compile_here(source, name)
            index.append([name, -1 if code is None else data.write(marshal.dumps(code))])
    with open(result + '.json', 'w', encoding='utf-8') as file:
        json.dump(index, file)


def main(sources, pycs, result):
    warnings.simplefilter('ignore')
    ours = read_pack(pycs)
    verdicts = [[name, compare(source, ours[name], name)] for name, source in read_pack(sources).items()]
    with open(result, 'w', encoding='utf-8') as file:
        json.dump(verdicts, file)


if __name__ == '__main__' and len(sys.argv) == 4:
    main(*sys.argv[1:])
