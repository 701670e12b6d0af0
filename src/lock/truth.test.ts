import { describe, expect, test } from 'vitest';
import { parseMarker, parseSpecifiers } from '../packaging/index.ts';
import { all, any, not } from './condition.ts';
import { sameReleases } from './releases.ts';
import { isNever, sameCondition } from './truth.ts';

const same = (a: string, b: string, python = '') => sameCondition(parseMarker(a), parseMarker(b), parseSpecifiers(python));

describe('equal conditions', () => {
  test.each([
    ["python_version >= '3.12'", "python_full_version >= '3.12'"],
    ["python_version < '3.12'", "python_full_version < '3.12'"],
    ["python_version == '3.12'", "python_full_version == '3.12.*'"],
    ["python_version > '3.11'", "python_full_version >= '3.12'"],
    ["python_version <= '3.11'", "python_full_version < '3.12'"],
    ["python_version in '3.11 3.12'", "python_version == '3.11' or python_version == '3.12'"],
    ["python_version >= '3.11.2'", "python_full_version >= '3.12'"],
    ["python_version ~= '3.11'", "python_full_version >= '3.11' and python_full_version < '4'"],
    ["sys_platform == 'linux' and os_name == 'posix'", "os_name == 'posix' and sys_platform == 'linux'"],
    ["sys_platform == 'linux' or sys_platform != 'linux'", "python_version >= '0'"],
    ["platform_system == 'Darwin'", "sys_platform == 'darwin'"],
    ["extra == 'a' or (extra == 'a' and extra == 'b')", "extra == 'a'"],
    ["not_used in ''".replace('not_used', 'sys_platform'), "sys_platform in ''"],
  ])('%s ≡ %s', (a, b) => {
    expect(same(a, b)).toBe(true);
  });

  test.each([
    ["python_version >= '3.10'", "python_version >= '0'", '>=3.11'],
    ["python_version < '3.10'", "python_version < '3.9'", '>=3.11'],
    ["python_version >= '3.12' and sys_platform == 'linux'", "sys_platform == 'linux' and python_version != '3.11'", '>=3.11,<3.13'],
  ])('%s ≡ %s within %s', (a, b, python) => {
    expect(same(a, b)).toBe(false);
    expect(same(a, b, python)).toBe(true);
  });
});

describe('different conditions', () => {
  test.each([
    ["python_version >= '3.12'", "python_version > '3.12'"],
    ["python_full_version < '3.12'", "python_full_version <= '3.12'"],
    ["python_full_version >= '3.11.4'", "python_full_version >= '3.11.5'"],
    ["python_version == '3.1'", "python_version == '3.10'"],
    ["sys_platform == 'linux'", "sys_platform == 'linux2'"],
    ["platform_system == 'FreeBSD'", "sys_platform == 'freebsd'"],
    ["sys_platform in 'linux'", "sys_platform == 'linux'"],
    ["'linux' in sys_platform", "sys_platform in 'linux'"],
    ["extra == 'a'", "extra == 'b'"],
    ["implementation_version >= '3.12'", "python_full_version >= '3.12'"],
  ])('%s ≢ %s', (a, b) => {
    expect(same(a, b)).toBe(false);
  });

  test('holes in requires-python are not assumed', () => {
    expect(same("python_version != '3.12'", "python_version >= '3.11'", '>=3.11,!=3.12.*')).toBe(false);
  });
});

test('a table that would be too large is left undecided', () => {
  const many = Array.from({ length: 20 }, (_, index) => `extra == 'e${index}'`);
  expect(same(many.join(' or '), many.toReversed().join(' or '))).toBeUndefined();
});

test('what holds nowhere', () => {
  const linux = parseMarker("sys_platform == 'linux'");
  expect(isNever(all(linux, not(linux)))).toBe(true);
  expect(isNever(any(linux, not(linux)))).toBe(false);
  expect(isNever(parseMarker("python_version < '3' and python_version > '3.1'"))).toBe(true);
  expect(isNever(linux)).toBe(false);
});

describe('ranges of releases', () => {
  test.each([
    ['>=3.11', '>=3.11.0', true],
    ['>=3.11,<4', '~=3.11', true],
    ['==3.12.*', '>=3.12,<3.13', true],
    ['>=3.11,>=3.12', '>=3.12', true],
    ['>=3.11', '>=3.11.1', false],
    ['>=3.11', '>3.11', false],
    ['>=3.11', '>=3.11,!=3.12.4', false],
    ['>=3.11', '>=3.11,<4', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(sameReleases(parseSpecifiers(a), parseSpecifiers(b))).toBe(expected);
  });
});
