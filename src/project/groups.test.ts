import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { dependencyGroups } from './groups.ts';

function groups(text: string) {
  return dependencyGroups({ file: '/project/pyproject.toml', text, data: parse(text) });
}

function ranges(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...groups(text)].map(([name, { requiresPython }]) => [
      name,
      requiresPython.map(({ operator, text: version }) => operator + version).join(),
    ]),
  );
}

describe('dependency groups', () => {
  it('are known by their normalised names, the older development dependencies among them', () => {
    expect(ranges('[dependency-groups]\nMy_Docs = ["sphinx"]\nempty = []')).toEqual({ 'my-docs': '', empty: '' });
    expect(ranges('[tool.uv]\ndev-dependencies = ["pytest"]')).toEqual({ dev: '' });
    expect(ranges('[project]\nname = "a"')).toEqual({});
  });

  it('have the Python range of all that they include', () => {
    const text = `[dependency-groups]
lint = ["ruff"]
typing = [{ include-group = "Lint" }, "mypy"]
all = [{ include-group = "typing" }, { include-group = "lint" }]
[tool.uv.dependency-groups]
lint = { requires-python = ">=3.12" }
all = { requires-python = "<4" }
typing = {}`;
    expect(ranges(text)).toEqual({ lint: '>=3.12', typing: '>=3.12', all: '>=3.12,>=3.12,<4' });
  });

  it.each([
    [
      'a = [{ include-group = "b" }]\nb = [{ include-group = "c" }]\nc = [{ include-group = "b" }]',
      'the dependency group b includes itself: b → c → b',
      3,
    ],
    ['a = [{ include-group = "A" }]', 'the dependency group a includes itself: a → a', 2],
    ['a = [{ include-group = "gone" }]', 'the dependency group a includes gone, which is not there', 2],
    ['a = "pytest"', 'the dependency group a is not a list', 2],
    ['a = [{ include-group = "b", extra = 1 }]\nb = []', 'holds something that is neither a requirement nor { include-group = "…" }', 2],
    ['a = [1]', 'holds something that is neither', 2],
    ['My-Docs = []\nmy_docs = []', 'My-Docs and my_docs are one name', 3],
    ['a = []\n[tool.uv.dependency-groups]\ngone = {}', 'tool.uv.dependency-groups names gone, which is not there', 4],
    ['a = []\n[tool.uv.dependency-groups]\na = { requires-python = 3 }', 'tool.uv.dependency-groups.a is not { requires-python = "…" }', 4],
  ])('are refused at their place: %s', (body, message, line) => {
    expect(() => groups(`[dependency-groups]\n${body}`)).toThrow(
      expect.objectContaining({
        code: 'PROJECT_BROKEN',
        message: expect.stringContaining(message),
        where: expect.objectContaining({ line }),
      }),
    );
  });

  it('cannot include the older development dependencies', () => {
    expect(() => groups('[tool.uv]\ndev-dependencies = []\n[dependency-groups]\nall = [{ include-group = "dev" }]')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('tool.uv.dev-dependencies') }),
    );
  });
});
