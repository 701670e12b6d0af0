import { describe, expect, it } from 'vitest';
import { packageSupply, type SupplyQuestion } from './package-supply.ts';
import { parseToml } from './project/index.ts';
import { contextWith } from './resolve/fixture.ts';

/** No file of this machine has a say. */
const env = { HOME: '/nowhere', XDG_CONFIG_HOME: '/nowhere', XDG_CONFIG_DIRS: '/nowhere', PIP_CONFIG_FILE: '/dev/null' };
const ctx = contextWith({ env, defaults: { index: 'https://default.example/simple' } });
const locked = ['https://locked.example/simple'];

async function urlsOf(toml: string, question: Partial<SupplyQuestion> = {}): Promise<readonly string[]> {
  const project = { root: '/nowhere', rootPyproject: { file: 'pyproject.toml', text: toml, data: parseToml(toml, 'pyproject.toml') } };
  const { places } = await packageSupply(project, { ctx, ...question }).client();
  return places.map(({ url }) => url);
}

describe('packageSupply', () => {
  it('asks the index that the program came with only if nothing else names one', async () => {
    const named = '[[tool.uv.index]]\nurl = "https://named.example/simple"\ndefault = true\n';
    expect(await urlsOf('')).toEqual(['https://default.example/simple']);
    expect(await urlsOf('', { locked })).toEqual(locked);
    expect(await urlsOf(named, { locked })).toEqual(['https://named.example/simple']);
    expect(await urlsOf('', { ctx: contextWith({ env }) })).toEqual([]);
  });

  it('does not take an index of the project that uv.lock names too for the default one', async () => {
    const explicit = '[[tool.uv.index]]\nname = "own"\nurl = "https://locked.example/simple/"\nexplicit = true\n';
    expect(await urlsOf(explicit, { locked })).toEqual(['https://default.example/simple']);
  });
});
