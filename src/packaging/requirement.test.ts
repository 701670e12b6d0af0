import { describe, expect, it } from 'vitest';
import { normalizeName } from './name.ts';
import { parseRequirement } from './requirement.ts';

describe('requirements', () => {
  it('takes a full line apart', () => {
    const found = parseRequirement("Uvicorn [Standard, stan_dard.x] (>=0.30, <1) ; python_version < '4'");
    expect(found).toMatchObject({
      name: 'uvicorn',
      extras: ['stan-dard-x', 'standard'],
      specifierText: '>=0.30, <1',
      url: undefined,
      markerText: "python_version < '4'",
      marker: { kind: 'version', variable: 'python_version' },
    });
    expect(found.specifiers.map(({ operator, text }) => operator + text)).toEqual(['>=0.30', '<1']);
  });

  it('reads a bare name', () => {
    expect(parseRequirement(' requests ')).toMatchObject({
      name: 'requests',
      extras: [],
      specifiers: [],
      specifierText: '',
      marker: undefined,
    });
  });

  it('ends a URL at white space, or at a semicolon before it', () => {
    expect(parseRequirement('x @ git+https://git.example/x.git; os_name == "nt"')).toMatchObject({
      url: 'git+https://git.example/x.git',
      markerText: 'os_name == "nt"',
    });
    expect(parseRequirement('pip @ https://files.example/pip-1.zip;v=2 ; os_name == "nt"')).toMatchObject({
      url: 'https://files.example/pip-1.zip;v=2',
      markerText: 'os_name == "nt"',
    });
    expect(parseRequirement('x[a]@git+https://git.example/x@main#egg=x')).toMatchObject({
      extras: ['a'],
      url: 'git+https://git.example/x@main#egg=x',
    });
  });

  it.each([
    ['', 'it must start with a package name'],
    ['-x', 'it must start with a package name'],
    ['x @', 'a URL must follow the @'],
    ['x @ https://files.example/a b', 'after the URL only a marker may follow'],
    ['x[a,,b]', '"" is not the name of an extra'],
    ['x (>=1', 'parentheses must enclose all version specifiers'],
    ['x 1.0', '"1.0" is not a version specifier'],
    ['x; nope == "1"', '"nope" is not a marker variable'],
    ['x;', 'is not an environment marker'],
  ])('%j is refused', (text, reason) => {
    expect(() => parseRequirement(text)).toThrow(
      expect.objectContaining({ code: 'REQUIREMENT_INVALID', message: expect.stringContaining(reason) }),
    );
  });
});

describe('names', () => {
  it('have one spelling', () => {
    expect(['Foo.Bar', 'foo_bar', 'FOO--bar', 'foo-_.bar'].map(normalizeName)).toEqual(Array(4).fill('foo-bar'));
  });
});
