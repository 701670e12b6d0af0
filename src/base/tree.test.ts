import { describe, expect, it } from 'vitest';
import { type TestEntry, tarOf } from '../../test/images.ts';
import { readTarBytes } from '../tar/index.ts';
import { textOf } from './capture.ts';
import { ImageTree } from './tree.ts';

async function treeOf(...layers: readonly (readonly TestEntry[])[]): Promise<ImageTree> {
  const tree = new ImageTree();
  for (const layer of layers) {
    tree.nextLayer();
    for (const entry of readTarBytes(await tarOf(layer))) tree.apply(entry, { kind: 'whole', bytes: entry.data });
  }
  return tree;
}

const file = (path: string, content = 'x'): TestEntry => ({ path, content });

/** Every path below the root, symlinks not followed. */
function paths(tree: ImageTree, at = '/'): string[] {
  return tree.list(at).flatMap((name) => {
    const path = `${at === '/' ? '' : at}/${name}`;
    return tree.resolve(path)?.path === path && tree.resolve(path)?.node.type === 'directory' ? [`${path}/`, ...paths(tree, path)] : [path];
  });
}

describe('ImageTree', () => {
  it('makes missing parents and replaces files by later layers', async () => {
    const tree = await treeOf([file('a/b/c'), file('d')], [file('a/b/e'), { path: 'd' }, file('d/f')]);
    expect(paths(tree)).toEqual(['/a/', '/a/b/', '/a/b/c', '/a/b/e', '/d/', '/d/f']);
  });

  it('hides what a whiteout names, only from lower layers, in any order', async () => {
    const lower = [file('a/x'), file('a/y'), file('a/d/z')];
    expect(paths(await treeOf(lower, [file('a/.wh.x')]))).toEqual(['/a/', '/a/d/', '/a/d/z', '/a/y']);
    expect(paths(await treeOf(lower, [file('a/x'), file('a/.wh.x')]))).toContain('/a/x');
    expect(paths(await treeOf(lower, [file('.wh.a'), file('a/n')]))).toEqual(['/a/', '/a/n']);
    expect(paths(await treeOf(lower, [file('a/n'), file('.wh.a')]))).toEqual(['/a/', '/a/n']);
    expect(paths(await treeOf(lower, [file('a/.wh.absent')]))).toContain('/a/x');
  });

  it('empties a directory by an opaque whiteout', async () => {
    const lower = [file('a/x'), file('a/d/z'), file('b')];
    expect(paths(await treeOf(lower, [file('a/d/n'), file('a/.wh..wh..opq'), file('a/m')]))).toEqual([
      '/a/',
      '/a/d/',
      '/a/d/n',
      '/a/m',
      '/b',
    ]);
  });

  it('refuses a whiteout without a name', async () => {
    await expect(treeOf([file('.wh.')])).rejects.toMatchObject({ code: 'BASE_LAYER_UNREADABLE' });
  });

  it('follows symlinks: relative, absolute, in the middle, out of the root', async () => {
    const tree = await treeOf([
      file('usr/lib/x'),
      { path: 'lib', link: 'usr/lib' },
      { path: 'usr/bin/abs', link: '/lib/x' },
      { path: 'usr/bin/rel', link: '../../../../lib/../lib/x' },
      { path: 'usr/bin/gone', link: 'nothing' },
    ]);
    for (const path of ['/lib/x', '/usr/bin/abs', '/usr/bin/rel', 'usr/lib//./x', '/../lib/x'])
      expect(tree.resolve(path)?.path).toBe('/usr/lib/x');
    expect(tree.resolve('/usr/bin/gone')).toBeUndefined();
    expect(tree.resolve('/usr/lib/x/y')).toBeUndefined();
    expect(tree.list('/lib')).toEqual(['x']);
  });

  it('ends on symlinks that go round', async () => {
    const tree = await treeOf([
      { path: 'a', link: 'b' },
      { path: 'b', link: 'a' },
    ]);
    expect(tree.resolve('/a')).toBeUndefined();
    expect(tree.resolve('/a/x')).toBeUndefined();
  });

  it('puts files below a symlinked directory where it leads', async () => {
    const tree = await treeOf([file('usr/lib/x'), { path: 'lib', link: 'usr/lib' }], [file('lib/y'), file('lib/.wh.x')]);
    expect(tree.list('/usr/lib')).toEqual(['y']);
  });

  it('makes the directory that a dangling symlink names, and refuses a circle', async () => {
    const tree = await treeOf([{ path: 'var/run', link: '../run' }], [file('var/run/x')]);
    expect(tree.resolve('/var/run/x')?.path).toBe('/run/x');
    const circle = treeOf([{ path: 'a', link: 'b' }, { path: 'b', link: 'a' }, file('a/x')]);
    await expect(circle).rejects.toMatchObject({ code: 'BASE_LAYER_UNREADABLE' });
  });

  it('makes nothing for a whiteout where there is no directory', async () => {
    expect(paths(await treeOf([file('a')], [file('a/.wh.x'), file('n/.wh.x'), file('m/.wh..wh..opq')]))).toEqual(['/a']);
  });

  it('replaces a symlink by a directory entry of the same name, as runtimes do', async () => {
    const tree = await treeOf([file('usr/lib/x'), { path: 'lib', link: 'usr/lib' }], [{ path: 'lib' }, file('lib/y')]);
    expect([tree.list('/lib'), tree.list('/usr/lib')]).toEqual([['y'], ['x']]);
  });

  it('gives hard links the content of their file, also from a lower layer', async () => {
    const tree = await treeOf([file('a', 'text')], [{ path: 'b', hardLink: 'a' }, file('.wh.a'), { path: 'c', hardLink: 'missing' }]);
    const node = tree.resolve('/b')?.node;
    expect(node?.type === 'file' && textOf(node.captured)).toBe('text');
    expect(tree.list('/')).toEqual(['b']);
  });
});
