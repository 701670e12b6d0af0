import { expect, it } from 'vitest';
import { projectFixture } from '../project/fixture.ts';
import { readProject } from '../project/index.ts';
import { type LoadedConfig, loadConfig } from './load.ts';

async function load(keys: string): Promise<LoadedConfig> {
  await using fixture = await projectFixture({
    'pyproject.toml': `[project]\nname = "site"\nversion = "1"\n[tool.wherry]\n${keys}\n`,
  });
  return await loadConfig({ project: await readProject(fixture.directory), env: {} });
}

it('mirrors are read for a registry or a part of it', async () => {
  const { images } = await load(
    '[tool.wherry.registries."docker.io"]\nmirrors = ["mirror.example/hub", "m.example:8443"]\n[tool.wherry.registries."r.example/team"]\nmirrors = ["n.example"]',
  );
  expect(images[0]?.mirrors).toEqual({ 'docker.io': ['mirror.example/hub', 'm.example:8443'], 'r.example/team': ['n.example'] });
  expect((await load('')).images[0]?.mirrors).toEqual({});
});

it.each(['http://m.example', 'https://m.example', 'user:canary@m.example', ''])('a mirror is not %j', async (mirror) => {
  await expect(load(`[tool.wherry.registries."docker.io"]\nmirrors = ["${mirror}"]`)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('must be HOST[:PORT][/PATH]'),
  });
});

it('other keys are unknown', async () => {
  await expect(load('[tool.wherry.registries."docker.io"]\nmirror = ["m.example"]')).rejects.toMatchObject({
    code: 'CONFIG_UNKNOWN_KEY',
    hint: 'did you mean mirrors?',
  });
});

it.each([
  ['insecure = ["r.example"]', 5],
  ['[tool.wherry.registries."r.example"]\ninsecure = true', 6],
])('a project cannot call a registry insecure: %s', async (keys, line) => {
  await expect(load(keys)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('cannot be set by a project'),
    hint: expect.stringContaining('--insecure HOST, WHERRY_INSECURE'),
    where: { line },
  });
});
