import { describe, expect, it } from 'vitest';
import { evaluateMarker, markerEnvironment, mentionsExtra } from './environment.ts';
import { parseMarker } from './marker.ts';

const environment = markerEnvironment({ python: '3.13.5', machine: 'x86_64' });

function holds(text: string, ...extras: readonly string[]): boolean {
  return evaluateMarker(parseMarker(text), environment, new Set(extras));
}

describe('markers', () => {
  it.each([
    "python_version >= '3.11'",
    "'3.11' <= python_version",
    "python_full_version == '3.13.5'",
    "python_full_version < '3.14'",
    "python_version == '3.13.*'",
    "implementation_version ~= '3.13.0'",
    'sys_platform == "linux" and os_name == \'posix\'',
    // `and` binds tighter than `or`.
    "os_name == 'posix' or os_name == 'nt' and os_name == 'java'",
    "(os_name == 'nt' or os_name == 'posix') and sys_platform == 'linux'",
    "python_version<'4'and sys_platform=='linux'",
    "'lin' in sys_platform",
    "sys_platform in 'linux win32'",
    "sys_platform not   in 'darwin win32'",
    "platform_machine == 'x86_64' and platform_system == 'Linux' and platform_python_implementation == 'CPython'",
    "platform_release == '' and platform_version == ''",
    "os.name == 'posix' and sys.platform == 'linux' and python_implementation == 'CPython'",
    "extra != 'dev'",
  ])('%s holds', (text) => {
    expect(holds(text)).toBe(true);
  });

  it.each([
    "python_version < '3.13'",
    "'linux2' in sys_platform",
    "platform_machine == 'aarch64'",
    "platform_release >= '5'",
    "(os_name == 'posix' or os_name == 'nt') and os_name == 'java'",
    "extra == 'dev'",
    "implementation_name == 'pypy'",
  ])('%s does not hold', (text) => {
    expect(holds(text)).toBe(false);
  });

  it('compares versions as numbers, not as text', () => {
    expect(holds("python_version > '3.9'")).toBe(true);
    expect(holds("python_full_version == '3.13.5.0'")).toBe(true);
  });

  it('takes `in` on versions for a list, as uv does', () => {
    expect(holds("python_version in '3.12 3.13'")).toBe(true);
    expect(holds("python_version in '3.130'")).toBe(false);
    expect(holds("python_version not in '3.12  3.13'")).toBe(false);
  });

  it('orders text by its characters, as uv does', () => {
    expect(holds("sys_platform >= 'a'")).toBe(true);
    expect(holds("'z' < sys_platform")).toBe(false);
  });

  it.each([
    "python_version == 'x'",
    "os_name ~= 'nt'",
    "'a' == 'b'",
    'os_name == sys_platform',
    "extra > 'a'",
    "'3.*' == python_version",
    "'3' in python_version",
  ])('%s is ignored, as by uv', (text) => {
    expect(holds(text)).toBe(true);
    expect(holds(`${text} and os_name == 'nt'`)).toBe(false);
    expect(holds(`os_name == 'nt' or ${text}`)).toBe(false);
  });

  it('knows extras by their normal names', () => {
    expect(holds("extra == 'Foo.Bar'", 'foo-bar')).toBe(true);
    expect(holds("extra != 'dev'", 'dev')).toBe(false);
    expect(holds("extra == 'extra-7-project-cpu' and extra != 'extra-7-project-cu124'", 'extra-7-project-cpu')).toBe(true);
  });

  it('says whether extras matter', () => {
    expect(mentionsExtra(parseMarker("os_name == 'nt' or (os_name == 'posix' and extra == 'a')"))).toBe(true);
    expect(mentionsExtra(parseMarker("os_name == 'nt'"))).toBe(false);
  });

  it.each([
    '',
    'os_name',
    "os_name = 'nt'",
    "colour == 'red'",
    "__proto__ == 'x'",
    "os_name == 'nt",
    "(os_name == 'nt'",
    "os_name == 'nt')",
    "os_name == 'nt' and",
    "os_name == 'nt' xor os_name == 'nt'",
    "os_name == 'posix' andos_name == 'posix'",
    "os_name === 'nt'",
    "OS_NAME == 'nt'",
    `${'('.repeat(5000)}os_name == 'nt'${')'.repeat(5000)}`,
  ])('%j is refused', (text) => {
    expect(() => parseMarker(text)).toThrow(expect.objectContaining({ code: 'MARKER_INVALID' }));
  });

  it('strips a pre-release suffix from Python', () => {
    const preview = markerEnvironment({ python: '3.14.0rc2', machine: 'aarch64' });
    expect(evaluateMarker(parseMarker("python_full_version >= '3.14' and platform_machine == 'aarch64'"), preview)).toBe(true);
  });
});
