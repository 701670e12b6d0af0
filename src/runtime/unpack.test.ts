import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Blobs, memoryBlobs, type SampleEntry, sampleLayer, samplePlan } from '../../test/sampleImage.ts';
import { assembleImage } from '../image/index.ts';
import { unpackImage } from './unpack.ts';

let outer: string;
let root: string;
beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'wherry-unpack-'));
  root = join(outer, 'root');
  mkdirSync(root);
});
afterEach(() => rmSync(outer, { recursive: true, force: true }));

async function unpack(...layers: readonly (readonly SampleEntry[])[]): Promise<void> {
  const blobs: Blobs = new Map();
  const made = [];
  for (const entries of layers) made.push(await sampleLayer(blobs, entries));
  const image = assembleImage({ plan: samplePlan, layers: made, blobs: memoryBlobs(blobs) });
  await unpackImage(image, { root, owners: false, signal: new AbortController().signal });
}

const directory = (name: string, mode = 0o755): SampleEntry => ({ name, type: 'directory', mode });
const link = (name: string, linkname: string): SampleEntry => ({ name, type: 'symlink', linkname });
const text = (path: string) => readFileSync(join(root, path), 'utf8');

describe('unpackImage', () => {
  it('keeps contents, modes, times and links', async () => {
    await unpack([
      directory('a', 0o750),
      { name: 'a/f', text: 'x', mode: 0o4755 },
      link('a/l', 'f'),
      { name: 'h', type: 'link', linkname: 'a/f' },
    ]);
    expect(text('a/f')).toBe('x');
    expect(statSync(join(root, 'a/f')).mode & 0o7777).toBe(0o4755);
    expect(statSync(join(root, 'a/f')).mtimeMs).toBe(946_684_800_000);
    expect(statSync(join(root, 'a')).mode & 0o7777).toBe(0o750);
    expect(statSync(join(root, 'a')).mtimeMs).toBe(946_684_800_000);
    expect(readlinkSync(join(root, 'a/l'))).toBe('f');
    expect(statSync(join(root, 'h')).ino).toBe(statSync(join(root, 'a/f')).ino);
  });

  it('fills a directory that nobody may write to', async () => {
    await unpack([directory('a', 0o555), { name: 'a/f', text: 'x' }], [{ name: 'a/g', text: 'y' }]);
    expect(text('a/g')).toBe('y');
    expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o755);
  });

  it('lets later layers replace and hide', async () => {
    await unpack(
      [
        directory('d'),
        { name: 'd/old', text: '1' },
        { name: 'd/gone', text: '1' },
        directory('e'),
        { name: 'e/below', text: '1' },
        { name: 'f', text: '1' },
      ],
      [{ name: 'd/.wh.gone' }, { name: 'd/old', text: '2' }, { name: 'e', text: 'a file now' }, directory('f')],
    );
    expect(existsSync(join(root, 'd/gone'))).toBe(false);
    expect(text('d/old')).toBe('2');
    expect(text('e')).toBe('a file now');
    expect(statSync(join(root, 'f')).isDirectory()).toBe(true);
  });

  it('does not change a hard-linked neighbour when a file is replaced', async () => {
    await unpack(
      [
        { name: 'a', text: '1' },
        { name: 'b', type: 'link', linkname: 'a' },
      ],
      [{ name: 'b', text: '2' }],
    );
    expect(text('a')).toBe('1');
  });

  it('empties an opaque directory but for its own layer', async () => {
    await unpack(
      [directory('d'), { name: 'd/lower', text: '1' }],
      [directory('d'), { name: 'd/own', text: '2' }, { name: 'd/.wh..wh..opq' }],
    );
    expect(existsSync(join(root, 'd/lower'))).toBe(false);
    expect(text('d/own')).toBe('2');
  });

  it('follows directory links as inside the image', async () => {
    await unpack(
      [directory('usr'), directory('usr/lib'), link('lib', 'usr/lib'), link('abs', '/usr')],
      [
        { name: 'lib/a', text: '1' },
        { name: 'abs/b', text: '2' },
      ],
    );
    expect(text('usr/lib/a')).toBe('1');
    expect(text('usr/b')).toBe('2');
    expect(lstatSync(join(root, 'lib')).isSymbolicLink()).toBe(true);
  });

  it('never writes outside, whatever links say', async () => {
    await unpack(
      [link('up', '../../../..'), link('there', outer)],
      [
        { name: 'up/a', text: '1' },
        { name: `there/b`, text: '2' },
      ],
    );
    expect(existsSync(join(outer, 'b'))).toBe(false);
    expect(text('a')).toBe('1');
    expect(text(join(outer, 'b'))).toBe('2');
  });

  it.each(['.wh.', '.wh..', '.wh...', 'd/.wh...'])('refuses the whiteout %s', async (name) => {
    await expect(unpack([directory('d')], [{ name }])).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
    expect(existsSync(root)).toBe(true);
  });

  it('refuses links in a loop', async () => {
    await expect(unpack([link('a', 'b'), link('b', 'a')], [{ name: 'a/f', text: '' }])).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });
});
