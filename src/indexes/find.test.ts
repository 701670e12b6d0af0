import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findIndexes, type IndexQuestion } from './find.ts';
import { parsePipConf } from './pip-conf.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-find-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** URLs in order, with `flat` before those that are. Host settings are hidden by an empty home. */
async function found(uv: object, question: Partial<IndexQuestion> = {}): Promise<string[]> {
  const project = { root: folder, rootPyproject: { file: join(folder, 'pyproject.toml'), text: '', data: { tool: { uv } } } };
  const hidden = { HOME: folder, XDG_CONFIG_DIRS: join(folder, 'none') };
  const places = await findIndexes({ project, ...question, env: { ...hidden, ...question.env } });
  return places.map(({ kind, url }) => `${kind === 'flat' ? 'flat ' : ''}${url.replace('https://', '').replace(folder, '.')}`);
}

describe('indexes', () => {
  it('are additional ones first, the default one last', async () => {
    const index = [
      { url: 'https://d.example', default: true },
      { name: 'x', url: 'https://x.example' },
      { url: 'https://e.example', explicit: true },
    ];
    expect(await found({ index, 'find-links': ['wheels'] })).toEqual(['flat ./wheels', 'x.example', 'd.example']);
  });

  it('come from the requirements file, then variables, then the project', async () => {
    const uv = { index: [{ url: 'https://p.example', default: true }], 'extra-index-url': ['https://pe.example'] };
    const env = { UV_DEFAULT_INDEX: 'https://v.example', UV_INDEX: 'a=https://a.example b=https://b.example' };
    const own = { index: { url: 'https://r.example', kind: 'simple', origin: 'requirements.txt:1' }, extra: [], findLinks: [] } as const;
    expect(await found(uv)).toEqual(['pe.example', 'p.example']);
    expect(await found(uv, { env })).toEqual(['a.example', 'b.example', 'pe.example', 'v.example']);
    expect(await found(uv, { env, own })).toEqual(['a.example', 'b.example', 'pe.example', 'r.example']);
  });

  it('are only directories and pages of files where that is said', async () => {
    const env = { UV_NO_INDEX: '1', UV_DEFAULT_INDEX: 'https://v.example', UV_FIND_LINKS: `https://f.example,${folder}/w` };
    expect(await found({}, { env })).toEqual(['flat f.example', 'flat ./w']);
  });

  it('have a default from uv.toml, pip, the lock, or the package, in this order', async () => {
    const rest = { locked: ['../links', 'https://l.example/simple'], packaged: 'https://packaged.example' };
    expect(await found({}, { packaged: rest.packaged })).toEqual(['packaged.example']);
    expect(await found({}, rest)).toEqual(['l.example/simple']);
    await mkdir(join(folder, '.config/pip'), { recursive: true });
    await writeFile(
      join(folder, '.config/pip/pip.conf'),
      '[global]\nindex-url = https://pip.example\nextra-index-url =\n  https://more.example\n',
    );
    expect(await found({}, rest)).toEqual(['more.example', 'pip.example']);
    expect(await found({}, { ...rest, env: { PIP_INDEX_URL: 'https://variable.example' } })).toEqual(['more.example', 'variable.example']);
    await mkdir(join(folder, '.config/uv'), { recursive: true });
    await writeFile(join(folder, '.config/uv/uv.toml'), 'index-url = "https://user.example"\n');
    expect(await found({}, rest)).toEqual(['user.example']);
    await writeFile(join(folder, 'uv.toml'), '[[index]]\nurl = "https://own.example"\ndefault = true\n');
    expect(await found({ 'index-url': 'https://ignored.example' }, rest)).toEqual(['own.example']);
    expect(await found({}, {})).not.toContain('packaged.example');
  });

  it('are none without any setting', async () => {
    expect(await found({})).toEqual([]);
  });
});

describe('pip.conf', () => {
  it.each([
    ['[global]\nindex-url=https://a.example\n', 'https://a.example', 0],
    ['[global]\nindex_url: https://a.example\n[install]\nindex-url = https://b.example\n', 'https://b.example', 0],
    ['# x\n[global]\n; y\nextra-index-url = https://a.example https://b.example\n', undefined, 2],
    ['[global]\nextra-index-url =\n    https://a.example\n    https://b.example\ntimeout = 3\n', undefined, 2],
    ['index-url = https://a.example\n', undefined, 0],
    ['', undefined, 0],
  ])('%j', (text, indexUrl, extras) => {
    const settings = parsePipConf(text);
    expect([settings.indexUrl, settings.extraIndexUrls.length]).toEqual([indexUrl, extras]);
  });
});
