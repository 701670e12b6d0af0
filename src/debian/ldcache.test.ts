import { describe, expect, it } from 'vitest';
import { cacheFlags, compareLibraries, writeCache } from './ldcache.ts';

const libraries = '/lib/x86_64-linux-gnu';

/** Written by ldconfig of glibc 2.41 for the entries below. */
const golden =
  'Z2xpYmMtbGQuc28uY2FjaGUxLjEHAAAAOAEAAAIAAAAQAgAAAAAAAAAAAAAAAAAAAwMAAO4AAADYAAAAAAAAAAAAAAAAAAAAAwMAAIcBAABxAQAAAAAAAAAAAAAAAAAAAwMAAGMBAADTAQAAAAAAAAAAAAAAAABAAwMAAGMBAACWAQAAAAAAAAEAAAAAAABAAwMAAGMBAABUAQAAAAAAAAAAAAAAAAAAAwMAAGMBAAAwAQAAAAAAAAAAAAAAAAAAAwMAABABAAD6AAAAAAAAAAAAAAAAAAAAL2xpYi94ODZfNjQtbGludXgtZ251L2xpYnBsYWluLnNvAC9saWIveDg2XzY0LWxpbnV4LWdudS9saWJhbHBoYS5zbwB4ODYtNjQtdjMAeDg2LTY0LXYyAC9saWIveDg2XzY0LWxpbnV4LWdudS9saWJhbHBoYS5zby4yAC91c3IvbG9jYWwvbGliL2xpYmFscGhhLnNvLjIAL2xpYi94ODZfNjQtbGludXgtZ251L2xpYmFscGhhLnNvLjEwAC9saWIveDg2XzY0LWxpbnV4LWdudS9nbGliYy1od2NhcHMveDg2LTY0LXYzL2xpYmFscGhhLnNvLjIuMAAvbGliL3g4Nl82NC1saW51eC1nbnUvZ2xpYmMtaHdjYXBzL3g4Ni02NC12Mi9saWJhbHBoYS5zby4yLjAAdCGk6gIAAAAAAAAAAAAAAEACAABDAAAAAQAAAAAAAAA4AgAACAAAACYBAAAcAQAAbGRjb25maWcgKERlYmlhbiBHTElCQyAyLjQxLTEyK2RlYjEzdTQpIHN0YWJsZSByZWxlYXNlIHZlcnNpb24gMi40MQ==';

describe('writeCache', () => {
  it('writes what ldconfig writes, with shared endings, numbers in names and hwcaps directories', () => {
    const entries = [
      { key: 'libalpha.so.2', value: '/usr/local/lib/libalpha.so.2' },
      { key: 'libalpha.so', value: `${libraries}/libalpha.so` },
      { key: 'libalpha.so.10', value: `${libraries}/libalpha.so.10` },
      { key: 'libalpha.so.2', value: `${libraries}/libalpha.so.2` },
      { key: 'libplain.so', value: `${libraries}/libplain.so` },
      { key: 'libalpha.so.2', value: `${libraries}/glibc-hwcaps/x86-64-v3/libalpha.so.2.0`, hwcaps: 'x86-64-v3' },
      { key: 'libalpha.so.2', value: `${libraries}/glibc-hwcaps/x86-64-v2/libalpha.so.2.0`, hwcaps: 'x86-64-v2' },
    ];
    const generator = 'ldconfig (Debian GLIBC 2.41-12+deb13u4) stable release version 2.41';
    expect(writeCache(entries, { flags: cacheFlags.amd64, generator }).toString('base64')).toBe(golden);
  });

  it('has no hwcaps section without such entries', () => {
    const bytes = writeCache([{ key: 'liba.so.1', value: '/lib/liba.so.1' }], { flags: cacheFlags.arm64, generator: 'g' });
    const at = bytes.readUInt32LE(32);
    expect([bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at + 8)]).toEqual([0xeaa42174, 1, 0]);
    expect(bytes.readInt32LE(48)).toBe(cacheFlags.arm64);
    expect(bytes.length).toBe(at + 8 + 16 + 1);
  });
});

describe('compareLibraries', () => {
  it.each([
    ['libx.so.2', 'libx.so.10'],
    ['libx.so', 'libx.so.1'],
    ['libx-a.so', 'libx1.so'],
    ['liba.so', 'libb.so'],
    ['libx.so.1.2', 'libx.so.1.10'],
  ])('puts %s before %s', (a, b) => {
    expect(compareLibraries(a, b)).toBeLessThan(0);
    expect(compareLibraries(b, a)).toBeGreaterThan(0);
    expect(compareLibraries(a, a)).toBe(0);
  });
});
