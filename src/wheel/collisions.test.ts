import { describe, expect, it } from 'vitest';
import { findCollisions, type WheelFile, wheelFilesIn, wheelFilesText } from './collisions.ts';

const file = (path: string, hash: string | undefined = 'sha256=a', mode = 0o644): WheelFile => ({ path, hash, mode });

describe('wheelFilesIn', () => {
  const files = [file('app/a b.py'), { path: 'app/RECORD.jws', hash: undefined, mode: 0o644 }, file('app/bin/ü', 'sha256=c', 0o755)];

  it('gives back the files of a text, as often as it is iterated', () => {
    const list = wheelFilesIn(wheelFilesText(files));
    expect([...list]).toEqual(files);
    expect([...list]).toEqual(files);
  });

  it('gives nothing of an empty text', () => {
    expect([...wheelFilesIn(wheelFilesText([]))]).toEqual([]);
  });
});

describe('findCollisions', () => {
  const find = (...lists: readonly (readonly WheelFile[])[]) => findCollisions(lists.map((files, i) => ({ owner: `w${i}`, files })));

  it('names the first owner of a path and the one that has it otherwise', () => {
    expect(find([file('x')], [file('a')], [file('a')], [file('a', 'sha256=b')], [file('a', 'sha256=c')])).toEqual({
      count: 1,
      first: { path: 'a', owners: ['w1', 'w3'] },
    });
    expect(find([file('a')], [file('a', 'sha256=a', 0o755)]).first).toEqual({ path: 'a', owners: ['w0', 'w1'] });
  });

  it('counts them all, and shows the first', () => {
    const paths = ['a', 'b', 'c', 'd'];
    const { count, first } = find(
      paths.map((path) => file(path)),
      paths.map((path) => file(path, 'sha256=b')),
    );
    expect([count, first?.path]).toEqual([4, 'a']);
  });

  it('refuses a file where another has a directory', () => {
    expect(() => find([file('a', undefined)], [file('b/c')], [file('b')])).toThrow(/^w2 and w1 install different files at \/b$/);
  });

  it('accepts equal files, but not if their bytes are unknown', () => {
    expect(find([file('a'), file('b/c')], [file('a')])).toEqual({ count: 0, first: undefined });
    const unknown = { path: 'a', hash: undefined, mode: 0o644 };
    expect(find([unknown], [unknown]).count).toBe(1);
  });
});
