import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../test/deflate-samples.ts';
import { buildWheel, type WheelSpec } from '../../test/zip-builder.ts';
import type { Deflated } from '../deflated.ts';
import { type Digest, digestOf } from '../digest.ts';
import { type ErrorCode, ToolError } from '../errors/index.ts';
import type { WheelItem, WheelsRecipe } from '../plan/recipe.ts';
import { epoch, type LayerEntry } from '../tar/types.ts';
import { findCollisions, wheelFilesIn, wheelFilesOf } from './collisions.ts';
import { installWheels, wheelFileList } from './install.ts';
import { recordHash } from './record.ts';
import { type WheelRule, wheelRules } from './rules.ts';

const site = 'app/.venv/lib/python3.13/site-packages';
let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'wherry-wheel-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function save(spec: WheelSpec, item: Partial<WheelItem> = {}): WheelItem {
  const bytes = buildWheel(spec);
  const sha256 = digestOf(bytes);
  writeFileSync(pathOf(sha256), bytes);
  return { name: spec.name ?? 'demo', version: spec.version ?? '1.0', sha256, ...item };
}

function pathOf(sha256: Digest): string {
  return join(directory, sha256.slice(7));
}

function install(wheels: readonly WheelItem[], venv = '/app/.venv'): LayerEntry[] {
  const recipe: WheelsRecipe = { kind: 'wheels', format: 2, venv, pythonMinor: '3.13', bytecode: 'none', wheels };
  return [...installWheels(recipe, pathOf).entries];
}

function textOf(entries: readonly LayerEntry[], path: string): string | undefined {
  const entry = entries.find((candidate) => candidate.path === path);
  return entry?.type === 'file' ? Buffer.concat(Array.from(entry.content(), (chunk) => Buffer.from(chunk))).toString() : undefined;
}

function readEverything(entries: readonly LayerEntry[]): void {
  for (const entry of entries) if (entry.type === 'file') for (const _ of entry.content());
}

/** As a splice reads: deflate streams where there are any. */
function spliceEverything(entries: readonly LayerEntry[]): void {
  for (const entry of entries) {
    if (entry.type === 'file') for (const _ of entry.deflated?.pieces() ?? entry.content());
  }
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ToolError) return error.code === 'ARCHIVE_UNSAFE' ? (error.message.split(' ').at(-1) as string) : error.code;
    throw error;
  }
  return 'accepted';
}

describe('the layout', () => {
  const spec: WheelSpec = {
    files: {
      'demo/': {},
      'demo/__init__.py': 'x = 1\n',
      'demo/empty/': {},
      'demo/run.sh': { data: '#!/bin/sh\n', mode: 0o100700 },
      'demo-1.0.data/purelib/pure.py': 'pure',
      'demo-1.0.data/platlib/plat.so': 'plat',
      'demo-1.0.data/scripts/tool': '#!python -I\nprint()\n',
      'demo-1.0.data/scripts/windowed': '#!pythonw\r\nx\n',
      'demo-1.0.data/scripts/shell': '#!/bin/sh\n',
      'demo-1.0.data/scripts/command': 'replaced by the entry point',
      'demo-1.0.data/headers/a/h.h': 'h',
      'demo-1.0.data/data/etc/demo.conf': 'conf',
      'demo-1.0.data/data/lib64/demo.so': 'so',
    },
    distInfo: {
      'entry_points.txt': '[console_scripts]\ncommand = demo:Main.run\n',
      INSTALLER: 'somebody\n',
      'direct_url.json': '{"url":"x"}',
    },
  };

  it('puts every part in its place', () => {
    const entries = install([save(spec)]);
    const paths = entries.filter((entry) => entry.type === 'file').map((entry) => `${entry.mode.toString(8)} ${entry.path}`);
    expect(paths).toEqual([
      '755 app/.venv/bin/command',
      '755 app/.venv/bin/shell',
      '755 app/.venv/bin/tool',
      '755 app/.venv/bin/windowed',
      '644 app/.venv/etc/demo.conf',
      '644 app/.venv/include/site/python3.13/demo/a/h.h',
      '644 app/.venv/lib/demo.so',
      `644 ${site}/demo-1.0.dist-info/INSTALLER`,
      `644 ${site}/demo-1.0.dist-info/METADATA`,
      `644 ${site}/demo-1.0.dist-info/RECORD`,
      `644 ${site}/demo-1.0.dist-info/REQUESTED`,
      `644 ${site}/demo-1.0.dist-info/WHEEL`,
      `644 ${site}/demo-1.0.dist-info/entry_points.txt`,
      `644 ${site}/demo/__init__.py`,
      `755 ${site}/demo/run.sh`,
      `644 ${site}/plat.so`,
      `644 ${site}/pure.py`,
    ]);
  });

  it('starts with every directory, parents first, owned by root', () => {
    const entries = install([save(spec)]);
    const firstFile = entries.findIndex((entry) => entry.type === 'file');
    expect(entries.slice(0, firstFile).map((entry) => entry.path)).toEqual([
      'app',
      'app/.venv',
      'app/.venv/bin',
      'app/.venv/etc',
      'app/.venv/include',
      'app/.venv/include/site',
      'app/.venv/include/site/python3.13',
      'app/.venv/include/site/python3.13/demo',
      'app/.venv/include/site/python3.13/demo/a',
      'app/.venv/lib',
      'app/.venv/lib/python3.13',
      site,
      `${site}/demo`,
      `${site}/demo-1.0.dist-info`,
      `${site}/demo/empty`,
    ]);
    expect(entries.slice(firstFile).every((entry) => entry.type === 'file')).toBe(true);
    expect(new Set(entries.map((entry) => `${entry.uid}:${entry.gid} ${entry.mtime}`))).toEqual(new Set([`0:0 ${epoch}`]));
  });

  it('does not own directories of the base', () => {
    expect(install([save({})], '/opt/venv')[0]?.path).toBe('opt/venv');
    expect(install([save({})], '/usr/local/venv')[0]?.path).toBe('usr/local/venv');
  });

  it('rewrites #!python and nothing else', () => {
    const entries = install([save(spec)]);
    expect(textOf(entries, 'app/.venv/bin/tool')).toBe('#!/app/.venv/bin/python\nprint()\n');
    expect(textOf(entries, 'app/.venv/bin/windowed')).toBe('#!/app/.venv/bin/python\nx\n');
    expect(textOf(entries, 'app/.venv/bin/shell')).toBe('#!/bin/sh\n');
    expect(textOf(entries, 'app/.venv/bin/command')).toContain('from demo import Main\n');
    expect(textOf(entries, 'app/.venv/bin/command')).toContain('sys.exit(Main.run())');
  });

  it('keeps the deflate streams of what it does not rewrite', () => {
    const stored = { 'demo/stored.py': { data: 'x = 2\n', method: 0 } };
    const entries = install([save({ ...spec, files: { ...spec.files, ...stored } })]);
    const kept = entries.flatMap((entry) => (entry.type === 'file' && entry.deflated !== undefined ? [entry] : []));
    expect(kept.map((entry) => entry.path)).toEqual([
      'app/.venv/bin/shell',
      'app/.venv/etc/demo.conf',
      'app/.venv/include/site/python3.13/demo/a/h.h',
      'app/.venv/lib/demo.so',
      ...['METADATA', 'WHEEL', 'entry_points.txt'].map((name) => `${site}/demo-1.0.dist-info/${name}`),
      `${site}/demo/__init__.py`,
      `${site}/demo/run.sh`,
      `${site}/plat.so`,
      `${site}/pure.py`,
    ]);
    for (const { deflated, content } of kept) {
      expect(collect((deflated as Deflated).pieces()).bytes).toEqual(Buffer.concat(Array.from(content(), (chunk) => Buffer.from(chunk))));
    }
  });

  it('writes the installer files and a sorted RECORD', () => {
    const entries = install([save(spec, { directUrl: '{"url":"https://index.example/demo.whl","archive_info":{}}' })]);
    const info = `${site}/demo-1.0.dist-info`;
    expect(textOf(entries, `${info}/INSTALLER`)).toBe('wherry\n');
    expect(textOf(entries, `${info}/REQUESTED`)).toBe('');
    expect(textOf(entries, `${info}/direct_url.json`)).toContain('index.example');
    const rows = (textOf(entries, `${info}/RECORD`) as string).trimEnd().split('\n');
    expect(rows).toHaveLength(entries.filter((entry) => entry.type === 'file').length);
    expect(rows).toEqual([...rows].sort());
    expect(rows).toContain('demo-1.0.dist-info/RECORD,,');
    expect(rows).toContain(`demo/__init__.py,${recordHash('x = 1\n')},6`);
    expect(rows.find((row) => row.startsWith('../../../bin/tool,'))).toMatch(/,sha256=[\w-]{43},32$/);
  });

  it('keeps the mode of RECORD', () => {
    const entries = install([save({ mode: 0o100755 })]);
    const modes = entries
      .filter((entry) => entry.path.includes('.dist-info/'))
      .map((entry) => `${entry.path.split('/').at(-1)} ${entry.mode.toString(8)}`);
    expect(modes).toEqual(['INSTALLER 644', 'METADATA 755', 'RECORD 755', 'REQUESTED 644', 'WHEEL 755']);
  });

  it('does not depend on the order of wheels', () => {
    const [one, two] = [save({ name: 'one', files: { 'one.py': '1' } }), save({ name: 'two', files: { 'two.py': '2' } })];
    expect(install([two, one]).map((entry) => entry.path)).toEqual(install([one, two]).map((entry) => entry.path));
  });
});

describe('wheels that are refused', () => {
  const cases: [WheelRule | ErrorCode, string, WheelSpec, Partial<WheelItem>?][] = [
    ['dist-info-count', 'two', { files: { 'other-1.0.dist-info/METADATA': 'Name: other\n' } }],
    ['metadata-mismatch', 'another name', {}, { name: 'other' }],
    ['metadata-mismatch', 'another version', {}, { version: '1.1' }],
    ['entry-point-outside', 'a path', { distInfo: { 'entry_points.txt': '[console_scripts]\n../x = demo:main\n' } }],
    ['entry-point-outside', 'the parent', { distInfo: { 'entry_points.txt': '[gui_scripts]\n.. = demo:main\n' } }],
    ['record-outside', 'a parent', { record: (rows) => [...rows, '../x,sha256=a,1'] }],
    ['record-outside', 'an absolute path', { record: (rows) => [...rows, '/x,sha256=a,1'] }],
    ['reserved-name', 'an entry point', { distInfo: { 'entry_points.txt': '[console_scripts]\npython3.13 = demo:main\n' } }],
    ['reserved-name', 'an entry point in capitals', { distInfo: { 'entry_points.txt': '[console_scripts]\nPyPy3 = demo:main\n' } }],
    ['reserved-name', 'a script', { files: { 'demo-1.0.data/scripts/python.py': '#!python\n' } }],
    ['reserved-name', 'data in bin', { files: { 'demo-1.0.data/data/bin/python3': 'x' } }],
    ['reserved-name', 'the configuration', { files: { 'demo-1.0.data/data/pyvenv.cfg': 'x' } }],
    ['reserved-name', 'a directory in place of the configuration', { files: { 'demo-1.0.data/data/pyvenv.cfg/x': 'x' } }],
    ['dist-info-count', 'two, one of them empty', { files: { 'other-1.0.dist-info/': {} } }],
    ['WHEEL_INVALID', 'a huge script', { files: { 'demo-1.0.data/scripts/x': { data: Buffer.alloc(17 * 1024 * 1024, '#!python ') } } }],
    ['whiteout-name', 'a file', { files: { 'demo/.wh.app': 'x' } }],
    ['whiteout-name', 'an opaque mark', { files: { 'demo/.wh..wh..opq': 'x' } }],
    ['whiteout-name', 'a directory', { files: { '.wh.x/': {} } }],
    ['WHEEL_INVALID', 'an unknown key', { files: { 'demo-1.0.data/lib/x': 'x' } }],
    ['WHEEL_INVALID', 'a file directly in .data', { files: { 'demo-1.0.data/x': 'x' } }],
    ['WHEEL_INVALID', 'a directory of scripts', { files: { 'demo-1.0.data/scripts/a/b': 'x' } }],
    ['WHEEL_INVALID', 'no METADATA', { distInfo: { METADATA: undefined } }],
    ['WHEEL_INVALID', 'no WHEEL', { distInfo: { WHEEL: undefined } }],
    ['WHEEL_INVALID', 'no RECORD', { distInfo: { RECORD: undefined } }],
    ['WHEEL_INVALID', 'a later format', { distInfo: { WHEEL: 'Wheel-Version: 2.0\n' } }],
    ['WHEEL_INVALID', 'a broken entry point', { distInfo: { 'entry_points.txt': '[console_scripts]\nx = demo\n' } }],
    ['WHEEL_RECORD', 'an unlisted file', { files: { 'demo.py': 'x' }, record: (rows) => rows.slice(1) }],
    ['WHEEL_RECORD', 'a missing file', { record: (rows) => [...rows, 'gone.py,sha256=a,1'] }],
    ['WHEEL_RECORD', 'a file listed twice', { record: (rows) => [...rows, rows[0] as string] }],
    ['WHEEL_RECORD', 'another size', { files: { 'demo.py': 'x' }, record: (rows) => rows.map((row) => row.replace(/,1$/, ',2')) }],
    [
      'WHEEL_RECORD',
      'another hash',
      { files: { 'demo.py': 'x' }, record: (rows) => rows.map((row) => row.replace(/^demo\.py,sha256=./, 'demo.py,sha256=A')) },
    ],
    [
      'WHEEL_RECORD',
      'no hash',
      { files: { 'demo.py': 'x' }, record: (rows) => rows.map((row) => row.replace(/^demo\.py,[^,]*/, 'demo.py,')) },
    ],
    ['WHEEL_RECORD', 'a weak hash', { files: { 'demo.py': 'x' }, record: (rows) => rows.map((row) => row.replace('sha256=', 'md5=')) }],
  ];

  it.each(cases)('%s: %s', (code, _, spec, item = {}) => {
    expect(codeOf(() => readEverything(install([save(spec, item)])))).toBe(code);
    expect(codeOf(() => spliceEverything(install([save(spec, item)])))).toBe(code);
  });

  it('covers every rule', () => {
    const tested = new Set<string>(cases.map(([code]) => code));
    expect(Object.keys(wheelRules).filter((rule) => !tested.has(rule))).toEqual([]);
  });

  it.each(['app/.venv', '/app/../x', '/app//x', '/app/', '/usr', '/my venv', `/${'a'.repeat(120)}`, "/it's"])('VENV_PATH: %s', (venv) => {
    expect(codeOf(() => install([], venv))).toBe('VENV_PATH');
  });
});

describe('identity', () => {
  it.each([
    ['1.0', '1.0.0'],
    ['1.0rc1', '1.0-RC.1'],
    ['1.0', '1.0+cu121'],
  ])('accepts METADATA %s for a lock that says %s', (version, locked) => {
    expect(codeOf(() => install([save({ version }, { version: locked })]))).toBe('accepted');
  });

  it('compares names in their normal form', () => {
    expect(codeOf(() => install([save({ name: 'My.Demo_x' }, { name: 'my-demo-x' })]))).toBe('accepted');
  });

  it('takes the first of several headers and stops at the body', () => {
    const metadata = 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nVersion: 9\n\nName: body\n';
    expect(codeOf(() => install([save({ distInfo: { METADATA: metadata } })]))).toBe('accepted');
  });
});

describe('collisions', () => {
  const wheel = (name: string, content: string, mode = 0o100644) => save({ name, files: { 'shared/x.txt': { data: content, mode } } });

  it('drops equal files of two wheels', () => {
    const entries = install([wheel('one', 'same'), wheel('two', 'same')]);
    expect(entries.filter((entry) => entry.path === `${site}/shared/x.txt`)).toHaveLength(1);
  });

  it.each([
    ['bytes', 'other', 0o100644],
    ['modes', 'same', 0o100755],
  ])('of different %s takes those of the last wheel', (_, content, mode) => {
    const [entry, ...others] = install([wheel('one', 'same'), wheel('two', content, mode)]).filter(
      ({ path }) => path === `${site}/shared/x.txt`,
    );
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ mode: mode & 0o777, size: content.length });
  });

  it('refuses a file where another wheel has a directory', () => {
    const file = save({ name: 'one', files: { shared: 'file' } });
    expect(() => install([file, wheel('two', 'x')])).toThrow(/^one 1\.0 and two 1\.0 install/);
  });

  it('refuses an empty directory where another wheel has a file', () => {
    const empty = save({ name: 'two', files: { 'shared/': {} } });
    expect(() => install([save({ name: 'one', files: { shared: 'file' } }), empty])).toThrow(/^one 1\.0 and two 1\.0 install/);
  });

  it('compares wheels with listed files of other layers', () => {
    const item = wheel('one', 'a');
    const wheelFiles = {
      owner: 'one',
      files: wheelFilesIn(wheelFileList(item, pathOf(item.sha256), { venv: '/app/.venv', pythonMinor: '3.13' })),
    };
    const entry = (path: string, text: string) =>
      ({ type: 'file', path, sha256: digestOf(text), size: 1, mode: 0o644, uid: 0, gid: 0, mtime: 0 }) as const;
    const member = (path: string, text: string) => ({ owner: 'demo', files: wheelFilesOf([entry(path, text)]) });
    expect(findCollisions([wheelFiles, member(`${site}/shared/x.txt`, 'a')]).count).toBe(0);
    expect(findCollisions([wheelFiles, member(`${site}/shared/x.txt`, 'b')]).first).toEqual({
      path: `${site}/shared/x.txt`,
      owners: ['one', 'demo'],
    });
    expect(codeOf(() => findCollisions([member(`${site}/shared`, 'a'), wheelFiles]))).toBe('WHEEL_COLLISION');
  });

  it('finds them between layers from lists alone', () => {
    const target = { venv: '/app/.venv', pythonMinor: '3.13' };
    const lists = [wheel('one', 'a'), wheel('two', 'b')].map((item) => ({
      owner: item.name,
      files: wheelFilesIn(wheelFileList(item, pathOf(item.sha256), target)),
    }));
    expect(findCollisions(lists).count).toBe(1);
    expect(findCollisions(lists.slice(1)).count).toBe(0);
    expect([...(lists[0]?.files ?? [])]).toContainEqual({ path: `${site}/shared/x.txt`, hash: recordHash('a'), mode: 0o644 });
  });
});
