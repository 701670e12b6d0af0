import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npmRegistry, parseNpmrc } from './npm.ts';

let home: string;
let env: Record<string, string>;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'wherry-npm-'));
  env = { HOME: home, npm_config_globalconfig: join(home, 'global'), npm_config_userconfig: join(home, 'user'), TOKEN: 'secret' };
  writeFileSync(join(home, 'global'), 'registry = https://global.example/npm\n//global.example/npm/:_auth=Z2xvYmFs\n');
});

afterAll(() => rmSync(home, { recursive: true }));

const configure = (text: string) => writeFileSync(join(home, 'user'), text);

describe('npmRegistry', () => {
  it('prefers the environment, then the user, then the machine, then the fallback', async () => {
    configure('registry=https://user.example\n');
    const fallback = 'https://fallback.example/';
    expect((await npmRegistry({ ...env, npm_config_registry: 'https://env.example/a' }, fallback))?.url).toBe('https://env.example/a/');
    expect((await npmRegistry({ ...env, NPM_CONFIG_REGISTRY: 'https://env.example/b/' }, fallback))?.url).toBe('https://env.example/b/');
    expect((await npmRegistry(env, fallback))?.url).toBe('https://user.example/');
    configure('');
    expect((await npmRegistry(env, fallback))?.url).toBe('https://global.example/npm/');
    const bare = { ...env, npm_config_globalconfig: join(home, 'none') };
    expect((await npmRegistry(bare, fallback))?.url).toBe(fallback);
    expect(await npmRegistry({ ...bare, npm_config_registry: 'no url' })).toBeUndefined();
    expect(await npmRegistry(bare)).toBeUndefined();
  });

  it('finds .npmrc in the home directory', async () => {
    writeFileSync(join(home, '.npmrc'), 'registry=https://home.example/\n');
    expect((await npmRegistry({ HOME: home }))?.url).toBe('https://home.example/');
  });

  it('gives credentials to the registry they belong to, and to no other', async () => {
    configure(
      `registry=https://r.example/npm/
      //r.example/npm/:_authToken=\${TOKEN}
      //r.example/:_auth=cm9vdA==
      //other.example/:_authToken=other`,
    );
    const registry = await npmRegistry(env);
    const authorize = async (url: string) => (await registry?.authorize(url))?.authorization;
    expect(await authorize('https://r.example/npm/pyodide')).toBe('Bearer secret');
    expect(await authorize('https://other.example/npm/pyodide')).toBeUndefined();
    expect(await authorize('http://r.example/npm/pyodide')).toBeUndefined();
    expect(await authorize('https://r.example:8443/npm/pyodide')).toBeUndefined();
    expect(await authorize('nonsense')).toBeUndefined();
  });

  it.each([
    ['a token above the path', '//r.example/:_authToken=t', 'Bearer t'],
    ['a whole header', '//r.example/npm/:_auth=dTpw', 'Basic dTpw'],
    ['name and password', '//r.example/npm/:username=u\n//r.example/npm/:_password=cA==', 'Basic dTpw'],
    ['nothing for a name alone', '//r.example/npm/:username=u', undefined],
    ['nothing without a host', '_auth=dTpw\n_authToken=t', undefined],
    ['nothing from another path', '//r.example/npm/private/:_authToken=t', undefined],
  ])('reads %s', async (_what, text, expected) => {
    configure(`registry=https://r.example/npm\n${text}\n`);
    const registry = await npmRegistry(env);
    expect((await registry?.authorize('https://r.example/npm/x'))?.authorization).toBe(expected);
  });

  it('sends none over plain http, but to this machine', async () => {
    configure('registry=http://127.0.0.1:4873/\n//127.0.0.1:4873/:_authToken=local\n//plain.example/:_authToken=t\n');
    expect((await (await npmRegistry(env))?.authorize('http://127.0.0.1:4873/x'))?.authorization).toBe('Bearer local');
    const plain = await npmRegistry({ ...env, npm_config_registry: 'http://plain.example/' });
    expect(await plain?.authorize('http://plain.example/x')).toEqual({});
  });
});

describe('parseNpmrc', () => {
  const variable = (name: string) => `\${${name}}`;

  it('reads keys, quotes, comments and variables', () => {
    const text = `; c\n# c\n[section]\na = 1 ; one\n b="x y"\nlist[]=1\nhome=${variable('HOME')}\nunset=${variable('NONE')}\nempty=${variable('NONE?')}\nnot a pair\nurl=https://h.example/#x\n`;
    expect([...parseNpmrc(text, { HOME: '/h' })]).toEqual([
      ['a', '1'],
      ['b', 'x y'],
      ['home', '/h'],
      ['unset', variable('NONE')],
      ['empty', ''],
      ['url', 'https://h.example/#x'],
    ]);
  });
});
