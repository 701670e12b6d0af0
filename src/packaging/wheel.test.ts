import { describe, expect, it } from 'vitest';
import { compareBuilds, parseWheelFilename } from './wheel.ts';

describe('wheel file names', () => {
  it('are taken apart', () => {
    const found = parseWheelFilename('Zope.Interface-7.2+cpu-3a-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl');
    expect(found).toMatchObject({ name: 'zope-interface', build: { number: 3, suffix: 'a' } });
    expect(found.version.text).toBe('7.2+cpu');
    expect(found.tags).toEqual(['cp313-cp313-manylinux_2_17_x86_64', 'cp313-cp313-manylinux2014_x86_64']);
  });

  it('expand every set', () => {
    expect(parseWheelFilename('six-1.17.0-py2.py3-none.abi3-any.linux_x86_64.whl').tags).toHaveLength(8);
  });

  it.each([
    'six-1.17.0-py3-none-any.zip',
    'six-1.17.0-py3-none.whl',
    'six-1.17.0-1-2-py3-none-any.whl',
    'six-one-py3-none-any.whl',
    'six-1.17.0-x1-py3-none-any.whl',
    '_six-1.17.0-py3-none-any.whl',
    '-1.17.0-py3-none-any.whl',
    '.whl',
  ])('%j is refused', (filename) => {
    expect(() => parseWheelFilename(filename)).toThrow(expect.objectContaining({ code: 'WHEEL_NAME_INVALID' }));
  });

  it('order builds by number, then suffix, none first', () => {
    const build = (text: string) => parseWheelFilename(`a-1-${text}py3-none-any.whl`).build;
    const builds = ['', '0-', '2-', '2a-', '2b-', '10-', '20000000000000000-'].map(build);
    for (const [i, a] of builds.entries()) {
      for (const [j, b] of builds.entries()) expect(Math.sign(compareBuilds(a, b))).toBe(Math.sign(i - j));
    }
  });
});
