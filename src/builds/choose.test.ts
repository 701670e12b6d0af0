import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import type { IndexClient, IndexFile } from '../indexes/index.ts';
import { errorCode } from '../project/fixture.ts';
import { chooseTools, requiresDist, type ToolQuestion } from './choose.ts';
import { buildPython } from './python.ts';

/** Wheels by file name: their Requires-Dist lines, or more about the file. */
type Offer = Readonly<Record<string, readonly string[] | (Partial<IndexFile> & { readonly requires?: readonly string[] })>>;

function file(filename: string, more: Partial<IndexFile>): IndexFile {
  const location = { url: `https://index.example/${filename}` };
  return { filename, location, sha256: digestOf(filename), size: 1, requiresPython: undefined, yanked: false, metadata: false, ...more };
}

function indexOf(offer: Offer): IndexClient {
  const files = Object.entries(offer).map(([name, more]) => file(name, Array.isArray(more) ? {} : (more as Partial<IndexFile>)));
  return {
    places: [],
    metadata: async () => undefined,
    async *project(name) {
      const own = files.filter(({ filename }) => filename.split('-')[0]?.replaceAll('_', '-') === name);
      if (own.length > 0) yield { place: { url: 'https://index.example', kind: 'simple', origin: 'a test' }, files: own };
    },
  };
}

async function choose(requires: readonly string[], offer: Offer, more: Partial<ToolQuestion> = {}): Promise<string[]> {
  const question = { label: 'demo 1.0', requires, constraints: [], python: buildPython('3.13'), cutoff: () => undefined, ...more };
  const tools = await chooseTools(question, {
    client: indexOf(offer),
    fetch: async ({ file: chosen, wheel }) => {
      const { filename } = chosen;
      const own = offer[filename];
      const lines = Array.isArray(own) ? own : ((own as { requires?: readonly string[] } | undefined)?.requires ?? []);
      const metadata = `Name: x\n${lines.map((line) => `Requires-Dist: ${line}\n`).join('')}\nRequires-Dist: not-a-header\n`;
      return { tool: { name: wheel.name, version: wheel.version.text, filename, sha256: digestOf(filename), size: 1 }, metadata };
    },
  });
  return tools.map(({ name, version }) => `${name} ${version}`);
}

describe('what builds is chosen', () => {
  it('as the newest that fits, with all that it requires', async () => {
    const offer = {
      'hatchling-1.27.0-py3-none-any.whl': ['packaging>=24', 'colorama; sys_platform == "win32"', 'tomli; python_version < "3.11"'],
      'hatchling-1.28.0-py3-none-any.whl': ['packaging>=25'],
      'hatchling-2.0rc1-py3-none-any.whl': [],
      'packaging-24.0-py3-none-any.whl': [],
      'packaging-25.0-py3-none-any.whl': [],
    };
    expect(await choose(['hatchling'], offer)).toEqual(['hatchling 1.28.0', 'packaging 25.0']);
    expect(await choose(['hatchling<1.28'], offer)).toEqual(['hatchling 1.27.0', 'packaging 25.0']);
    expect(await choose(['hatchling>=2.0rc1'], offer)).toEqual(['hatchling 2.0rc1']);
    expect(await choose(['hatchling; sys_platform == "emscripten"'], offer)).toHaveLength(2);
    expect(await choose(['hatchling; sys_platform == "linux"'], offer)).toEqual([]);
  });

  it('from pure wheels that are not yanked, for this Python, with a digest', async () => {
    const offer: Offer = {
      'a-1.0-py3-none-any.whl': [],
      'a-1.1-py2.py3-none-any.whl': [],
      'a-2.0-cp313-cp313-manylinux_2_17_x86_64.whl': [],
      'a-3.0-py3-none-any.whl': { yanked: true },
      'a-4.0-py3-none-any.whl': { requiresPython: '>=3.14' },
      'a-5.0-py3-none-any.whl': { sha256: undefined },
      'a-6.0.tar.gz': [],
      'a-7.0-py3-none-any.whl': { requiresPython: '>=3,<nonsense' },
    };
    expect(await choose(['a'], offer)).toEqual(['a 1.1']);
    expect(await choose(['a>1.0', 'a!=1.1'], { 'a-1.5-cp313-cp313-pyodide_2025_0_wasm32.whl': [], ...offer })).toEqual(['a 1.5']);
  });

  it('within constraints and before a time', async () => {
    const day = (text: string) => ({ uploaded: Date.parse(text) });
    const offer: Offer = {
      'a-1.0-py3-none-any.whl': day('2026-01-01'),
      'a-2.0-py3-none-any.whl': day('2026-02-01'),
      'a-3.0-py3-none-any.whl': [],
    };
    expect(await choose(['a'], offer, { constraints: ['a<3', 'b<1'] })).toEqual(['a 2.0']);
    expect(await choose(['a'], offer, { cutoff: () => Date.parse('2026-01-15') })).toEqual(['a 1.0']);
  });

  it('with the requirements of extras, whenever they are asked for', async () => {
    const offer = {
      'a-1.0-py3-none-any.whl': ['b', 'c; extra == "x"', 'd; extra == "y"'],
      'b-1.0-py3-none-any.whl': ['a[y]'],
      'c-1.0-py3-none-any.whl': [],
      'd-1.0-py3-none-any.whl': [],
    };
    expect(await choose(['a[x]'], offer)).toEqual(['a 1.0', 'b 1.0', 'c 1.0', 'd 1.0']);
    expect(await choose(['a[x]'], { ...offer, 'b-1.0-py3-none-any.whl': [] })).toEqual(['a 1.0', 'b 1.0', 'c 1.0']);
  });

  it('or refused, with all requirements and the way out', async () => {
    const offer = {
      'a-1.0-py3-none-any.whl': ['c<2'],
      'b-1.0-py3-none-any.whl': ['a', 'c'],
      'c-1.0-py3-none-any.whl': [],
      'c-2.0-py3-none-any.whl': [],
    };
    const late = choose(['b', 'c', 'a'], { ...offer, 'a-1.0-py3-none-any.whl': ['d'], 'd-1-py3-none-any.whl': ['c<2'] });
    await expect(late).rejects.toMatchObject({
      code: 'BUILD_REQUIRES_CONFLICT',
      message: 'c 2.0 was chosen to build with, and does not suit all that need it',
      details: ['demo 1.0 requires c', 'b 1.0 requires c', 'd 1 requires c <2'],
      hint: expect.stringContaining('build-constraint-dependencies = ["c==…"]'),
    });
    const constrained = { constraints: ['c<2'] };
    expect(
      await choose(['b', 'c', 'a'], { ...offer, 'a-1.0-py3-none-any.whl': ['d'], 'd-1-py3-none-any.whl': ['c<2'] }, constrained),
    ).toEqual(['a 1.0', 'b 1.0', 'c 1.0', 'd 1']);
    expect(await errorCode(choose(['c<2', 'c>=2'], offer))).toBe('BUILD_REQUIRES_CONFLICT');
    expect(await errorCode(choose(['e'], offer))).toBe('BUILD_REQUIRES_MISSING');
    expect(await errorCode(choose(['e @ https://files.example/e-1.0-py3-none-any.whl'], offer))).toBe('BUILD_REQUIRES_MISSING');
    await expect(choose(['c>2'], offer)).rejects.toMatchObject({
      code: 'BUILD_REQUIRES_MISSING',
      details: ['demo 1.0 requires c >2', '2 files: another version than is required'],
    });
  });
});

it('reads the headers of METADATA alone', () => {
  const text = 'Name: a\nRequires-Dist: b>=1;\n  python_version > "3"\nrequires-dist: c\n\nRequires-Dist: d\n';
  expect(requiresDist(text).map(({ name }) => name)).toEqual(['b', 'c']);
});
