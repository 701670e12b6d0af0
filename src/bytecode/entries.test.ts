import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { epoch, type LayerEntry, tarBytes } from '../tar/index.ts';
import { CompilerCrashed } from './crashed.ts';
import { withBytecode } from './entries.ts';

const owner = { uid: 0, gid: 0, mtime: 1000 } as const;
const directory = (path: string): LayerEntry => ({ type: 'directory', path, mode: 0o755, ...owner });
const file = (path: string, text = path, more: object = {}): LayerEntry => {
  const bytes = Buffer.from(text);
  return { type: 'file', path, mode: 0o644, ...owner, size: bytes.length, content: () => [bytes], ...more };
};

/** Notes what it is asked for; sources that hold `!` do not compile. */
function fake() {
  const calls: string[] = [];
  const compile = (source: Uint8Array, path: string, mode: string) => {
    const text = Buffer.from(source).toString();
    calls.push(`${path} ${text}`);
    if (text === 'crash') throw new CompilerCrashed(path, new Error('x'));
    return text.includes('!') ? undefined : Buffer.from(`${mode} ${path}`);
  };
  return { calls, options: { compiler: { compile }, mode: 'unchecked-hash', minor: '3.13' } as const };
}

/** Reads every file as the writer of layers does. */
function read(entries: Iterable<LayerEntry>, options = fake().options): (LayerEntry & { text?: string })[] {
  const found: (LayerEntry & { text?: string })[] = [];
  for (const entry of withBytecode(entries, options)) {
    found.push(entry.type === 'file' ? { ...entry, text: Buffer.concat([...entry.content()]).toString() } : entry);
  }
  return found;
}

const paths = (entries: readonly LayerEntry[]) => entries.map((entry) => (entry.type === 'directory' ? `${entry.path}/` : entry.path));

describe('withBytecode', () => {
  it('puts each .pyc after its source and the folders before all files', () => {
    const entries = [directory('a'), directory('a/b'), file('a/B.py'), file('a/b/c.py'), file('a/data.txt'), file('a/z.py')];
    const found = read(entries);
    expect(paths(found)).toEqual([
      'a/',
      'a/__pycache__/',
      'a/b/',
      'a/b/__pycache__/',
      'a/B.py',
      'a/__pycache__/B.cpython-313.pyc',
      'a/b/c.py',
      'a/b/__pycache__/c.cpython-313.pyc',
      'a/data.txt',
      'a/z.py',
      'a/__pycache__/z.cpython-313.pyc',
    ]);
    expect([...tarBytes(withBytecode(entries, fake().options))].length).toBeGreaterThan(0);
  });

  it('accepts lists that mix directories and files', () => {
    const link: LayerEntry = { type: 'symlink', path: 'app/link.py', target: 'main.py', mode: 0o777, ...owner };
    const entries = [
      directory('app'),
      file('app/B.py'),
      link,
      file('app/main.py'),
      directory('app/state'),
      directory('app/x'),
      file('app/x/y.py'),
    ];
    const found = read(entries);
    expect(paths(found).slice(0, 6)).toEqual(['app/', 'app/__pycache__/', 'app/state/', 'app/x/', 'app/x/__pycache__/', 'app/B.py']);
    expect(paths(found)).toContain('app/link.py');
    expect(paths(found).some((path) => path.includes('link.cpython'))).toBe(false);
    expect(() => [...tarBytes(withBytecode(entries, fake().options))]).not.toThrow();
  });

  it('names the source by its path in the image and takes over its owner, time and permissions', () => {
    const found = read([file('a/run.py', 'x', { mode: 0o755, uid: 7, gid: 8 }), file('a/secret.py', 'y', { mode: 0o400 })]);
    expect(found[0]).toEqual({ type: 'directory', path: 'a/__pycache__', mode: 0o755, uid: 7, gid: 8, mtime: epoch });
    expect(found[2]).toMatchObject({ mode: 0o644, uid: 7, gid: 8, mtime: 1000, derived: true, text: 'unchecked-hash /a/run.py' });
    expect(found[4]).toMatchObject({ path: 'a/__pycache__/secret.cpython-313.pyc', mode: 0o600 });
  });

  it('replaces shipped bytecode, keeps that of other versions and lists no folder twice', () => {
    const cache = 'a/__pycache__';
    const shipped = [
      directory('a'),
      { ...directory(cache), mode: 0o700 },
      file(`${cache}/m.cpython-312.pyc`),
      file(`${cache}/m.cpython-313.pyc`, 'old'),
    ];
    const found = read([...shipped, file(`${cache}/x.py`), file('a/m.py')]);
    expect(paths(found)).toEqual([
      'a/',
      `${cache}/`,
      `${cache}/m.cpython-312.pyc`,
      `${cache}/x.py`,
      'a/m.py',
      `${cache}/m.cpython-313.pyc`,
    ]);
    expect(found[1]?.mode).toBe(0o700);
    expect(found.at(-1)).toMatchObject({ text: 'unchecked-hash /a/m.py' });
  });

  it('compiles nothing where the folder can not be', () => {
    const { calls, options } = fake();
    expect(paths(read([file('a/__pycache__'), file('a/m.py'), file('b.py')], options))).toEqual([
      '__pycache__/',
      'a/__pycache__',
      'a/m.py',
      'b.py',
      '__pycache__/b.cpython-313.pyc',
    ]);
    expect(calls).toEqual(['/b.py b.py']);
  });

  it('writes nothing for what does not compile, and asks no compiler about what is too large', () => {
    const { calls, options } = fake();
    const large = file('a/large.py', '', { size: 16 * 1024 * 1024 + 1, content: () => [new Uint8Array(16 * 1024 * 1024 + 1)] });
    expect(paths(read([file('a/bad.py', '!'), large, file('a/.py'), file('a/x.pyi')], options))).toEqual([
      'a/__pycache__/',
      'a/bad.py',
      'a/large.py',
      'a/.py',
      'a/x.pyi',
    ]);
    expect(calls).toEqual(['/a/bad.py !']);
  });

  it('reads a source once, in any number of pieces', () => {
    const { calls, options } = fake();
    let reads = 0;
    const content = function* () {
      reads += 1;
      yield Buffer.from('on');
      yield Buffer.from('ce');
    };
    read([file('m.py', 'once', { content }), file('n.py', '')], options);
    expect(reads).toBe(1);
    expect(calls).toEqual(['/m.py once', '/n.py ']);
  });

  it('takes the bytes out of a deflate stream that is taken over as it is', () => {
    const { calls, options } = fake();
    const bytes = Buffer.from('streamed');
    const raw = deflateRawSync(bytes);
    const pieces = function* () {
      yield { kind: 'plain', bytes: bytes.subarray(0, 3) } as const;
      yield { kind: 'raw', bytes: raw } as const;
      yield { kind: 'plain', bytes: bytes.subarray(3) } as const;
      return { lastBlock: 0, end: raw.length * 8 };
    };
    const content = () => {
      throw new Error('read twice');
    };
    const source = file('m.py', 'streamed', { content, deflated: { size: raw.length, crc32: crc32(bytes), pieces } });
    for (const entry of withBytecode([source], options)) {
      if (entry.type === 'file' && entry.deflated !== undefined) expect([...entry.deflated.pieces()].length).toBe(3);
    }
    expect(calls).toEqual(['/m.py streamed']);
  });

  it('reads a source itself if nobody did, and refuses one of another size', () => {
    const { calls, options } = fake();
    expect([...withBytecode([file('m.py', 'alone')], options)].length).toBe(3);
    expect(calls).toEqual(['/m.py alone']);
    expect(() => [...withBytecode([file('m.py', 'alone', { size: 4 })], options)]).toThrow(RangeError);
    expect(() => [...withBytecode([file('m.py', 'alone', { size: 6 })], options)]).toThrow(RangeError);
  });

  it('lets a crash through with the path of the file', () => {
    expect(() => read([file('app/m.py', 'crash')])).toThrow(expect.objectContaining({ name: 'CompilerCrashed', path: '/app/m.py' }));
  });
});
