import { describe, expect, it } from 'vitest';
import { parseDefaults } from './defaults.ts';

const debian = { debian: 'https://deb.example/debian', 'debian-security': 'http://deb.example/debian-security' };

describe('parseDefaults', () => {
  it('takes an index and Debian archives, or one of them, and nothing else', () => {
    const index = 'https://index.example/simple';
    expect(parseDefaults(JSON.stringify({ index, debian }))).toEqual({ index, debian });
    expect(parseDefaults(JSON.stringify({ npm: index }))).toEqual({ npm: index });
    expect(parseDefaults(JSON.stringify({ index, later: 1 }))).toEqual({ index });
    expect(parseDefaults(JSON.stringify({ debian }))).toEqual({ debian });
    expect(parseDefaults('{}')).toEqual({});
  });

  it.each([
    ['null'],
    ['"https://index.example/simple"'],
    ['{"index":"index.example"}'],
    ['{"index":"file:///simple"}'],
    ['{"npm":1}'],
    ['{"debian":["https://deb.example/debian", 1]}'],
    ['{"debian":{"debian":"ftp://deb.example/debian"}}'],
  ])('refuses %s', (text) => {
    expect(() => parseDefaults(text)).toThrow(/defaults\.json/);
  });
});
