import { describe, expect, it } from 'vitest';
import { checkClosure } from './closure.ts';
import { parseStanza, parseStanzas } from './deb822.ts';
import { formatDependency, isMet, offers, parseRelations } from './relations.ts';

describe('parseStanza', () => {
  it('reads fields in any case, continuation lines and comments', () => {
    const stanza = parseStanza('Package: a\n# comment\nDescription: one\n two\n .\nMULTI-ARCH: same\n');
    expect([...stanza]).toEqual([
      ['package', 'a'],
      ['description', 'one\ntwo\n.'],
      ['multi-arch', 'same'],
    ]);
  });

  it('separates paragraphs by blank lines', () => {
    expect(parseStanzas('\nA: 1\n\n \nA: 2\n').map((stanza) => stanza.get('a'))).toEqual(['1', '2']);
  });
});

describe('parseRelations', () => {
  it('reads alternatives, versions and architecture qualifiers, and writes them again', () => {
    const relations = parseRelations('libc6 (>= 2.38), debconf (>= 0.5) | debconf-2.0, python3:any');
    expect(relations.map(formatDependency)).toEqual(['libc6 (>= 2.38)', 'debconf (>= 0.5) | debconf-2.0', 'python3']);
    expect(parseRelations(undefined)).toEqual([]);
  });

  it('refuses what it does not understand', () => {
    expect(() => parseRelations('libc6 (~ 2)')).toThrow(TypeError);
  });
});

describe('isMet', () => {
  const offered = offers([parseStanza('Package: libssl3t64\nVersion: 3.5.7-1\nProvides: libssl3 (= 3.5.7-1), ssl-api')]);
  it.each([
    ['libssl3t64', true],
    ['libssl3t64 (>= 3.5)', true],
    ['libssl3t64 (<< 3.5.7-1)', false],
    ['libssl3t64 (<= 3.5.7-1)', true],
    ['libssl3t64 (>> 3.5.7-1)', false],
    ['libssl3 (= 3.5.7-1)', true],
    ['ssl-api', true],
    ['ssl-api (>= 1)', false],
    ['other | ssl-api', true],
    ['other', false],
  ])('%s: %s', (text, met) => {
    expect(parseRelations(text).every((dependency) => isMet(dependency, offered))).toBe(met);
  });
});

describe('checkClosure', () => {
  const tzdata = parseStanza('Package: tzdata\nVersion: 2026f-0\nDepends: debconf (>= 0.5) | debconf-2.0');

  it('accepts dependencies that are left out on purpose, for their package only', () => {
    expect(() => checkClosure([tzdata])).not.toThrow();
    const other = parseStanza('Package: netbase\nVersion: 6.5\nDepends: debconf (>= 0.5) | debconf-2.0');
    expect(() => checkClosure([other])).toThrow(expect.objectContaining({ code: 'DEB_CLOSURE' }));
  });

  it('names every new dependency', () => {
    const libc = parseStanza('Package: libc6\nVersion: 2.41-1\nPre-Depends: libnew1 (>= 2)\nDepends: tzdata (>> 2027a)');
    expect(() => checkClosure([tzdata, libc])).toThrow(
      expect.objectContaining({
        code: 'DEB_CLOSURE',
        details: ['libc6 2.41-1 depends on libnew1 (>= 2)', 'libc6 2.41-1 depends on tzdata (>> 2027a)'],
      }),
    );
  });
});
