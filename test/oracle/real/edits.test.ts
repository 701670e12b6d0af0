import { expect, it, test } from 'vitest';
import { changed, changes } from './changes.ts';
import { append, drop, follow, set, setString, sourceOf, swap, without } from './edits.ts';

const text = `[project]
name = "site"
version = "1.0"
description = "A site."
requires-python = ">=3.11"
dependencies = ["attrs>=23", 'six-extra>=1.16', "idna>=3"]

[project.optional-dependencies]
fast = ["uvloop>=0.19"]

[dependency-groups]
dev = ["pytest>=8"]

[build-system]
requires = ["hatchling>=1.20"]
build-backend = "hatchling.build"
`;
const source = sourceOf(text);

test('edits change one place and leave the rest', () => {
  expect(swap(source, 'six-extra>=1.16', 'six')).toBe(text.replace("'six-extra>=1.16'", '"six"'));
  expect(follow(source, 'attrs>=23', 'more')).toContain('["attrs>=23", "more", ');
  expect(drop(source, 'attrs>=23')).toContain(`dependencies = [ 'six-extra`);
  expect(set(source, 'project', 'keywords = []')).toContain('[project]\nkeywords = []\nname');
  expect(set(source, 'tool.uv', 'package = false')?.endsWith('\n[tool.uv]\npackage = false\n')).toBe(true);
  expect(without(source, 'build-system')).toBe(text.slice(0, text.indexOf('[build-system]')));
  expect(setString(source, 'version', '2')).toBe(text.replace('"1.0"', '"2"'));
  expect(append(source, '[tool.x]')).toBe(`${text}\n[tool.x]\n`);
});

test('edits that do not apply say so', () => {
  expect(swap(source, 'nothing', 'x')).toBeUndefined();
  expect(drop(source, 'nothing')).toBeUndefined();
  expect(set(source, 'project', 'version = "2"')).toBeUndefined();
  expect(without(source, 'tool.uv')).toBeUndefined();
  expect(setString(source, 'license', 'x')).toBeUndefined();
});

const facts = { indirect: 'sniffio', versionOf: () => '23.1' };

test('at least sixty changes apply to an ordinary project, each another one', () => {
  const texts = changes.map((change) => changed(change, source, facts)).filter((found) => found !== undefined);
  expect(texts.length).toBeGreaterThanOrEqual(60);
  expect(new Set(texts).size).toBe(texts.length);
});

it.each([
  ['upper bound added', '"attrs>=23,<9999"'],
  ['lower bound added', '"idna>=3,>=0.0.1"'],
  ['pinned to the locked version', '"attrs==23.1"'],
  ['name with other separators', '"six.extra>=1.16"'],
  ['zeros in a specifier', '"idna>=3.0"'],
  ['dependencies in another order', `["idna>=3", 'six-extra>=1.16', "attrs>=23"]`],
  ['version made dynamic', 'dynamic = ["version"]\ndescription'],
  ['extra renamed', 'renamed-fast = '],
  ['group that includes another', 'brand-new = [{ include-group = "dev" }]'],
  ['extra with less', 'fast = []'],
])('%s', (name, part) => {
  const change = changes.find((one) => one.name === name);
  expect(change && changed(change, source, facts)).toContain(part);
});
