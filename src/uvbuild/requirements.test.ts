import { describe, expect, it } from 'vitest';
import { formatRequirement, requiresDist, sortedExtras } from './requirements.ts';

describe('formatRequirement', () => {
  it.each([
    ['Django>=5,<6', 'django>=5,<6'],
    ['a.B_c', 'a-b-c'],
    ['w (>=1.0)', 'w>=1.0'],
    ['u[B_x,a]', 'u[b-x,a]'],
    ['v1<2,>=1.0.0,!=1.5', 'v1>=1.0.0,!=1.5,<2'],
    ['b<=1,<1,>=1,>1,~=1.0,!=1.*,!=1,==1.*,==1,===1', 'b==1,==1.*,===1,!=1,!=1.*,~=1.0,<1,<=1,>1,>=1'],
    ['z @ https://index.example/z.whl', 'z @ https://index.example/z.whl'],
    ["a; python_version=='3.11'", "a ; python_full_version == '3.11.*'"],
    ["a; python_version>'3.11'", "a ; python_full_version >= '3.12'"],
    ["a; python_version<='3.11'", "a ; python_full_version < '3.12'"],
    ["a; python_version~='3.11'", "a ; python_full_version >= '3.11' and python_full_version < '4'"],
    ["a; python_version<'3.0'", "a ; python_full_version < '3'"],
    ["a; platform_system=='Windows'", "a ; sys_platform == 'win32'"],
    ["a; os_name=='nt' and os_name=='nt'", "a ; os_name == 'nt'"],
    [
      "a; sys_platform=='x' and (os_name=='b' or os_name=='a')",
      "a ; (os_name == 'a' and sys_platform == 'x') or (os_name == 'b' and sys_platform == 'x')",
    ],
    ["a; sys_platform=='x' and python_version<'4'", "a ; python_full_version < '4' and sys_platform == 'x'"],
    ["a; python_full_version<'3.12.1' or python_full_version>'3.13'", "a ; python_full_version < '3.12.1' or python_full_version > '3.13'"],
    ["a; 'b' in os_name", "a ; 'b' in os_name"],
  ])('%s', (text, wanted) => {
    expect(formatRequirement(text, undefined)).toBe(wanted);
  });

  it('adds the extra to every alternative', () => {
    expect(formatRequirement('a', 'web')).toBe("a ; extra == 'web'");
    expect(formatRequirement("a; os_name=='b' or os_name=='c'", 'web')).toBe(
      "a ; (os_name == 'b' and extra == 'web') or (os_name == 'c' and extra == 'web')",
    );
  });
});

it('puts dependencies first, then extras by name', () => {
  const extras = sortedExtras({ Zed_X: ['z'], all: ['a'], empty: [] });
  expect([...extras.keys()]).toEqual(['all', 'empty', 'zed-x']);
  expect(requiresDist(['c', 'b'], extras)).toEqual(['c', 'b', "a ; extra == 'all'", "z ; extra == 'zed-x'"]);
});
