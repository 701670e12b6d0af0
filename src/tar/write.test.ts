import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { epoch, type LayerEntry, readTar, readTarBytes, tarBytes } from './index.ts';

const base = { uid: 0, gid: 0, mtime: epoch };
const directory = (path: string): LayerEntry => ({ ...base, type: 'directory', path, mode: 0o755 });
const link = (path: string, target: string): LayerEntry => ({ ...base, type: 'symlink', path, mode: 0o777, target });

function file(path: string, text: string): LayerEntry {
  const bytes = Buffer.from(text);
  return { ...base, type: 'file', path, mode: 0o644, size: bytes.length, content: () => [bytes.subarray(0, 1), bytes.subarray(1)] };
}

const long = `app/${'d'.repeat(90)}/${'f'.repeat(90)}`;
const tooLong = `app/${'x'.repeat(120)}`;
const entries: readonly LayerEntry[] = [
  directory('app'),
  file('app/a', 'hello'),
  { ...directory('app/big-ids'), uid: 3_000_000, gid: 4_000_000 },
  file(long, 'split'),
  file(tooLong, 'pax'),
  file('app/ä', 'ü'),
  file('app/ﬁ', 'below the surrogates'),
  link('app/😀', `target/${'t'.repeat(100)}`),
];

function tar(list: readonly LayerEntry[]): Buffer {
  return Buffer.concat([...tarBytes(list)]);
}

describe('tarBytes', () => {
  it('is read back unchanged by tar-stream', async () => {
    const seen: { name: string; linkname: unknown; text: string }[] = [];
    const reader = extract();
    Readable.from([tar(entries)]).pipe(reader);
    for await (const entry of reader) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) chunks.push(chunk as Uint8Array);
      const { name, linkname } = entry.header;
      seen.push({ name, linkname, text: Buffer.concat(chunks).toString() });
    }
    expect(seen.map((entry) => entry.name.replace(/\/$/, ''))).toEqual(entries.map((entry) => entry.path));
    expect(seen[1]?.text).toBe('hello');
    expect(seen[5]?.text).toBe('ü');
    expect(seen[7]?.linkname).toBe(`target/${'t'.repeat(100)}`);
  });

  it('is read back unchanged by both of our readers, for any chunking', async () => {
    const bytes = tar(entries);
    const sync = [...readTarBytes(bytes)].map((entry) => ({ ...entry, data: Buffer.from(entry.data).toString() }));
    expect(sync.map((entry) => entry.path)).toEqual(entries.map((entry) => entry.path));
    expect(sync[2]).toMatchObject({ type: 'directory', uid: 3_000_000, gid: 4_000_000 });
    for (const step of [1, 511, 700, bytes.length]) {
      const streamed: unknown[] = [];
      for await (const { header, content } of readTar(cut(bytes, step))) {
        streamed.push({ ...header, data: (await drain(content)).toString() });
      }
      expect(streamed).toEqual(sync);
    }
  });

  it('writes pax headers only where ustar is too small', () => {
    const flags = (list: readonly LayerEntry[]) => {
      const bytes = tar(list);
      return Array.from({ length: bytes.length / 512 }, (_, i) => bytes.subarray(i * 512, i * 512 + 512))
        .filter((block) => block.toString('latin1', 257, 262) === 'ustar')
        .map((block) => String.fromCharCode(block[156] ?? 0));
    };
    expect(flags([directory('app'), file(long, 'x')])).toEqual(['5', '0']);
    expect(flags([file(tooLong, 'x')])).toEqual(['x', '0']);
    expect(flags([link('l', 't'.repeat(100))])).toEqual(['2']);
    expect(flags([link('l', 't'.repeat(101))])).toEqual(['x', '2']);
  });

  it('takes directories before all else', () => {
    const list = [directory('a'), directory('a/b'), directory('c'), file('a/b/x', ''), file('c/y', '')];
    expect([...readTarBytes(tar(list))].map((entry) => entry.path)).toEqual(['a', 'a/b', 'c', 'a/b/x', 'c/y']);
  });

  it('refuses wrong order, duplicates, entries below files, bad paths and wrong sizes', () => {
    expect(() => tar([file('b', ''), file('a', '')])).toThrow('out of order');
    expect(() => tar([file('a', ''), file('a', '')])).toThrow('out of order');
    expect(() => tar([directory('b'), file('b/c', ''), directory('a')])).toThrow('out of order');
    expect(() => tar([directory('a'), directory('b'), file('a/x', ''), directory('c')])).toThrow('out of order');
    expect(() => tar([directory('a/b'), file('a', '')])).toThrow('is a directory too');
    expect(() => tar([directory('a'), directory('b'), file('b', '')])).toThrow('out of order');
    expect(() => tar([link('a', 'b'), file('a-b', ''), file('a/b/c', '')])).toThrow('below a file or link');
    for (const path of ['', '/a', 'a/', 'a//b', './a', 'a/../b', 'a\0', '\ud800']) expect(() => tar([file(path, '')])).toThrow('bad path');
    expect(() => tar([{ ...file('a', 'abc'), size: 2 } as LayerEntry])).toThrow('does not have the 2 bytes');
    expect(() => tar([{ ...file('a', 'abc'), size: 4 } as LayerEntry])).toThrow('does not have the 4 bytes');
    expect(() => tar([{ ...file('a', ''), mtime: -1 }])).toThrow('octal');
  });
});

describe('a derived file', () => {
  const derived = (path: string): LayerEntry => ({ ...file(path, 'code'), derived: true }) as LayerEntry;
  const paths = (list: readonly LayerEntry[]) => [...readTarBytes(tar(list))].map((entry) => entry.path);

  it('stands behind its source, wherever its path sorts', () => {
    const names = ['a/B.py', 'a/__pycache__/B.pyc', 'a/__pycache__/B.opt-1.pyc', 'a/__pycache__/z', 'a/c.py', 'a/__pycache__/c.pyc', 'a/d'];
    const list = names.map((name) => (name.endsWith('.pyc') ? derived(name) : file(name, '')));
    expect(paths(list)).toEqual(names);
    expect(paths([directory('a'), directory('a/__pycache__'), ...list])).toEqual(['a', 'a/__pycache__', ...names]);
  });

  it('is refused where a file is not just before it, or its path is taken', () => {
    expect(() => tar([derived('a')])).toThrow('follows no file');
    expect(() => tar([directory('a'), derived('a/b')])).toThrow('follows no file');
    expect(() => tar([link('a', 'b'), derived('c')])).toThrow('follows no file');
    expect(() => tar([file('a', ''), derived('a')])).toThrow('a comes twice');
    expect(() => tar([file('a', ''), derived('c'), file('c', '')])).toThrow('c comes twice');
    expect(() => tar([file('b', ''), derived('a'), derived('a')])).toThrow('a comes twice');
  });

  it('is refused below a file, in place of a directory and before its directory', () => {
    expect(() => tar([file('a', ''), file('b', ''), derived('a/c')])).toThrow('below a file or link');
    expect(() => tar([file('a', ''), derived('b'), file('b/c', '')])).toThrow('below a file or link');
    expect(() => tar([directory('a'), file('b', ''), derived('a')])).toThrow('a is a directory too');
    expect(() => tar([file('a/b', ''), derived('a')])).toThrow('a is a directory too');
    expect(() => tar([file('a', ''), derived('b/c/d'), directory('b')])).toThrow('b comes late');
  });

  it('does not change the order of the others', () => {
    expect(() => tar([file('b', ''), derived('c'), file('a', '')])).toThrow('out of order: b, a');
  });
});

async function* cut(bytes: Buffer, step: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

async function drain(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
