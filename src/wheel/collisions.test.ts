import { describe, expect, it } from 'vitest';
import { checkCollisions, type WheelFile, wheelFilesIn, wheelFilesText } from './collisions.ts';

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

describe('checkCollisions', () => {
  const check = (...lists: readonly (readonly WheelFile[])[]) => checkCollisions(lists.map((files, i) => ({ owner: `w${i}`, files })));

  it('names the first owner of a path and the one that has it otherwise', () => {
    expect(() => check([file('x')], [file('a')], [file('a')], [file('a', 'sha256=b')])).toThrow(
      /^w1 and w3 install different files at \/a$/,
    );
    expect(() => check([file('a')], [file('a', 'sha256=a', 0o755)])).toThrow(/^w0 and w1/);
    expect(() => check([file('a', undefined)], [file('b/c')], [file('b')])).toThrow(/^w2 and w1 install different files at \/b$/);
  });

  it('accepts equal files, but not if their bytes are unknown', () => {
    check([file('a'), file('b/c')], [file('a')]);
    const unknown = { path: 'a', hash: undefined, mode: 0o644 };
    expect(() => check([unknown], [unknown])).toThrow(/^w0 and w1/);
  });
});
