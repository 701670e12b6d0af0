import { describe, expect, it } from 'vitest';
import { parseSpecifiers, specifiersAllow } from './specifier.ts';
import { parseVersion } from './version.ts';

function allows(specifiers: string, version: string, prereleases = true): boolean {
  return specifiersAllow(parseSpecifiers(specifiers), parseVersion(version), { prereleases });
}

describe('specifiers', () => {
  it.each([
    // A wildcard pads with zeros, and takes every suffix.
    ['==1.0.*', '1'],
    ['==1.0.*', '1.0a1'],
    ['==1.0.*', '1.0.post3+local'],
    ['!=1.0.*', '1.1'],
    // The candidate's local part counts only if the clause has one.
    ['==1.0', '1.0+cpu'],
    ['<=1.0', '1.0+cpu'],
    ['==1.0+cpu', '1.0+CPU'],
    ['!=1.0+cpu', '1.0+gpu'],
    ['~=2.2', '2.9'],
    ['~=2.2.0', '2.2.5'],
    ['~=1!2.2', '1!2.3'],
    ['>1.0', '1.1.post1'],
    ['>1.0.post1', '1.0.post2'],
    ['<1.0rc1', '1.0b2'],
    ['<1.0', '0.9rc1'],
    // The earliest preview of a post-release keeps the post part, so this is no preview of it.
    ['<1.0.post1', '1.0rc1'],
    ['===1.0RC1', '1.0rc1'],
    ['', '1.0'],
    ['>=1.0, <2 ,', '1.5'],
  ])('%j allows %s', (specifiers, version) => {
    expect(allows(specifiers, version)).toBe(true);
  });

  it.each([
    ['==1.0.*', '1!1.0'],
    ['==1.0+cpu', '1.0'],
    ['!=1.0', '1.0+cpu'],
    ['~=2.2', '3.0'],
    ['~=2.2.0', '2.3'],
    ['>1.0', '1.0.post1'],
    ['>1.0', '1.0+local'],
    ['<1.0', '1.0rc1'],
    ['<1.0', '1.0.dev1'],
    ['<1.0.post1', '1.0.post1.dev0'],
    ['===1.0', '1.0.0'],
    ['>=1.0,<2', '2.0'],
    ['>1.0,<1.0', '1.0'],
  ])('%j does not allow %s', (specifiers, version) => {
    expect(allows(specifiers, version)).toBe(false);
  });

  it('allows no pre-release when told so', () => {
    expect(allows('>=1.0', '2.0rc1', false)).toBe(false);
    expect(allows('>=1.0', '2.0.dev1', false)).toBe(false);
    expect(allows('>=1.0', '2.0.post1', false)).toBe(true);
  });

  it.each(['1.0', '=1.0', '>=', '>=1.*', '~=1', '>=1.0+local', '==1.0a1.*', '==1.*.1', '>=1.0 <2', '^1.0', '==x'])(
    '%j is refused',
    (text) => {
      expect(() => parseSpecifiers(text)).toThrow(expect.objectContaining({ code: 'SPECIFIER_INVALID' }));
    },
  );
});
