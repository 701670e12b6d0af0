import { describe, expect, it } from 'vitest';
import { below, buildLayout } from './layout.ts';

describe('buildLayout', () => {
  it('is the same for every checkout', () => {
    expect(buildLayout({}, '')).toEqual({ top: '/build/source', root: '/build/source', directory: '/build/source' });
  });

  it('keeps the name of an sdist, the place below git and the subdirectory', () => {
    expect(buildLayout({ rootName: 'demo-1.0' }, '').directory).toBe('/build/demo-1.0');
    const member = buildLayout({ subdirectory: 'python' }, 'packages/a/');
    expect(member).toEqual({ top: '/build/source', root: '/build/source/packages/a', directory: '/build/source/packages/a/python' });
  });

  it.each(['..', '.', 'a/b', ''])('does not take %j as a name', (rootName) => {
    expect(buildLayout({ rootName }, '').top).toBe('/build/source');
  });

  it('lets nothing leave the root', () => {
    expect(() => below('/build/a', '../ab')).toThrow(TypeError);
    expect(() => buildLayout({ subdirectory: '../..' }, '')).toThrow(TypeError);
  });
});
