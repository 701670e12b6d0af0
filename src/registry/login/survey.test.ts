import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { hubServer } from './auth-file.ts';
import { surveyLogins } from './survey.ts';

it('surveyLogins names places and registries, and no secret', async () => {
  const home = await mkdtemp(join(tmpdir(), 'wherry-survey-'));
  const write = async (path: string, content: unknown): Promise<string> => {
    const file = join(home, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
    return file;
  };
  try {
    const auth = Buffer.from('canary:canary').toString('base64');
    const docker = await write('.docker/config.json', {
      auths: { [hubServer]: { auth }, 'r.example/team': { identitytoken: 'canary' }, 'in-helper.example': {} },
      credHelpers: { 's.example': 'ecr-login' },
      credsStore: 'desktop',
    });
    const own = await write('.config/wherry/auth.json', { auths: { 'o.example': { auth } } });
    await chmod(own, 0o644);
    const broken = await write('run/containers/auth.json', '{"auths": canary');
    const env = { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), WHERRY_REGISTRY: 'ci.example', WHERRY_REGISTRY_TOKEN: 'canary' };
    const survey = await surveyLogins(env);
    expect(survey).toEqual([
      { place: 'WHERRY_REGISTRY_TOKEN', registries: ['ci.example'], helpers: [] },
      { place: own, registries: [], helpers: [], problem: expect.stringContaining('read or written by others') },
      { place: docker, registries: ['index.docker.io', 'r.example/team'], helpers: ['ecr-login', 'desktop'] },
      { place: broken, registries: [], helpers: [], problem: expect.stringContaining('cannot read') },
    ]);
    const stray = await surveyLogins({ ...env, WHERRY_REGISTRY: '' });
    expect(stray[0]).toMatchObject({ place: 'WHERRY_REGISTRY', problem: expect.stringContaining('does not say for which') });
    expect(JSON.stringify([survey, stray]).replaceAll(home, '')).not.toContain('canary');
  } finally {
    await rm(home, { recursive: true });
  }
});
