import { describe, expect, it } from 'vitest';
import type { FileSpec } from '../config/types.ts';
import { digestOf } from '../digest.ts';
import type { SourceFile, SourceTree } from '../project/index.ts';
import { epoch } from '../tar/types.ts';
import { contentTime, type PlannedFiles, planFiles } from './files.ts';

function source(path: string): SourceFile {
  if (path.includes(' -> ')) {
    const [name = '', target = ''] = path.split(' -> ');
    return { type: 'symlink', path: name, target };
  }
  const script = path.endsWith('.sh');
  const interpreter = script ? { interpreter: '/bin/sh' } : {};
  return { type: 'file', path, sha256: digestOf(path), size: path.length, executable: script, ...interpreter };
}

function tree(paths: readonly string[], leftOut: SourceTree['leftOut'] = []): SourceTree {
  return { directory: '/src', files: paths.map(source), leftOut };
}

interface Given {
  readonly files?: readonly FileSpec[];
  readonly isPackage?: boolean;
  readonly noProject?: boolean;
  readonly installed?: ReadonlySet<string>;
}

function plan(paths: readonly string[], given: Given = {}): PlannedFiles {
  const { files, isPackage = false, noProject = false, installed } = given;
  const image = { files, workdir: '/app', user: { name: 'app', uid: 1001, gid: 1002 }, noProject };
  return planFiles({ tree: tree(paths, [{ path: '.env', reason: 'may hold secrets' }]), image, isPackage, installed });
}

const files = (planned: PlannedFiles): readonly string[] =>
  planned.entries.filter((entry) => entry.type !== 'directory').map(({ path }) => path);
const out = (planned: PlannedFiles): readonly string[] => planned.leftOut.map(({ path }) => path);

const project = [
  '.github/ci.yml',
  '.gitignore',
  'Dockerfile',
  'README.md',
  'alembic.ini',
  'docs/x.md',
  'main.py',
  'pyproject.toml',
  'src/pkg/a.py',
  'start.sh',
  'static/a.css',
  'uv.lock',
];

describe('detection', () => {
  it('takes the whole source of a project that is no package, without what only tools read', () => {
    const planned = plan(project);
    expect(files(planned)).toEqual([
      'app/README.md',
      'app/alembic.ini',
      'app/docs/x.md',
      'app/main.py',
      'app/src/pkg/a.py',
      'app/start.sh',
      'app/static/a.css',
    ]);
    expect(out(planned)).toEqual(['.env', '.github/', '.gitignore', 'Dockerfile', 'pyproject.toml', 'uv.lock']);
    expect(planned.contents).toEqual(['README.md', 'alembic.ini', 'docs/', 'main.py', 'src/', 'start.sh', 'static/']);
  });

  it('takes only run-time files beside a package', () => {
    const planned = plan([...project, 'entrypoint-web.sh', 'gunicorn.conf.py', 'manage.py', 'setup.py', 'tests/main.py'], {
      isPackage: true,
    });
    expect(planned.contents).toEqual([
      'alembic.ini',
      'entrypoint-web.sh',
      'gunicorn.conf.py',
      'main.py',
      'manage.py',
      'start.sh',
      'static/',
    ]);
    expect(planned.leftOut).toContainEqual({ path: 'src/', reason: 'the project is installed as a package' });
  });

  it('takes everything but the installed modules when the start command needs source that is not installed', () => {
    const installed = new Set(['pkg/a.py', 'flat/b.py']);
    const planned = plan([...project, 'flat/b.py', 'web/wsgi.py'], { isPackage: true, installed });
    expect(planned.contents).toEqual(['README.md', 'alembic.ini', 'docs/', 'main.py', 'start.sh', 'static/', 'web/']);
    expect(planned.leftOut).toContainEqual({ path: 'src/', reason: 'the project is installed as a package' });
    expect(planned.leftOut).toContainEqual({ path: 'flat/', reason: 'the project is installed as a package' });
  });

  it('takes nothing with no-project', () => {
    expect(plan(project, { noProject: true }).entries).toEqual([]);
  });
});

describe('entries', () => {
  it('have modes and times from the content, root as owner, and their parents', () => {
    const planned = plan(['a/b.sh', 'a/l -> b.sh']);
    const sha256 = digestOf('a/b.sh');
    expect(planned.entries).toEqual([
      { type: 'directory', path: 'app', mode: 0o755, uid: 0, gid: 0, mtime: epoch },
      { type: 'directory', path: 'app/a', mode: 0o755, uid: 0, gid: 0, mtime: epoch },
      { type: 'file', path: 'app/a/b.sh', sha256, size: 6, mode: 0o755, uid: 0, gid: 0, mtime: contentTime(sha256) },
      { type: 'symlink', path: 'app/a/l', target: 'b.sh', mode: 0o777, uid: 0, gid: 0, mtime: epoch },
    ]);
    expect(planned.sources).toEqual({ [sha256]: 'a/b.sh' });
  });

  it('come with the interpreters of scripts, by their path in the image', () => {
    const specs: FileSpec[] = [
      { kind: 'pattern', pattern: 'a/b.sh' },
      { kind: 'text', text: '#! /usr/bin/env python3\n', to: '/srv/run' },
    ];
    expect([...plan(['a/b.sh'], { files: specs }).interpreters]).toEqual([
      ['/app/a/b.sh', '/bin/sh'],
      ['/srv/run', '/usr/bin/env python3'],
    ]);
  });

  it('have the documented times', () => {
    expect(contentTime(`sha256:${'0'.repeat(64)}` as never)).toBe(946_684_800);
    expect(contentTime(`sha256:ffffffff${'0'.repeat(56)}` as never)).toBe(946_684_800 + (0xffffffff % 631_152_000));
  });
});

describe('files', () => {
  it.each<readonly [FileSpec, readonly string[]]>([
    [{ kind: 'pattern', pattern: './docs/**' }, ['app/docs/x.md']],
    [{ kind: 'pattern', pattern: 'static' }, ['app/static/a.css']],
    [{ kind: 'pattern', pattern: '*.py' }, ['app/main.py']],
    [{ kind: 'pattern', pattern: 'pyproject.toml' }, ['app/pyproject.toml']],
    [{ kind: 'from', from: 'start.sh', to: '/usr/local/bin/go' }, ['usr/local/bin/go']],
    [{ kind: 'from', from: 'start.sh', to: '/usr/local/bin/' }, ['usr/local/bin/start.sh']],
    [{ kind: 'from', from: 'src/pkg', to: '/srv/x/' }, ['srv/x/a.py']],
    [{ kind: 'from', from: 'src/**/*.py', to: '/srv' }, ['srv/pkg/a.py']],
    [{ kind: 'from', from: '.', to: '/srv' }, project.map((path) => `srv/${path}`)],
    [{ kind: 'text', text: 'x', to: '/etc/x.conf' }, ['etc/x.conf']],
  ])('%j', (spec, expected) => {
    expect(files(plan(project, { files: [spec], isPackage: true }))).toEqual(expected);
  });

  it('sets mode and owner, and says what is not named', () => {
    const spec: FileSpec = { kind: 'from', from: 'main.py', to: '/x/y', mode: 0o700, owner: 'app' };
    const planned = plan(['main.py', 'other/x'], { files: [spec] });
    expect(planned.entries.at(-1)).toMatchObject({ path: 'x/y', mode: 0o700, uid: 1001, gid: 1002 });
    expect(planned.leftOut).toContainEqual({ path: 'other/', reason: 'not named in files' });
  });

  it('makes programs of texts that begin like one', () => {
    const text = '#!/bin/sh\n';
    const planned = plan([], { files: [{ kind: 'text', text, to: '/app/go' }] });
    expect(planned.entries.at(-1)).toMatchObject({ sha256: digestOf(text), mode: 0o755, size: 10 });
    expect(planned.texts).toEqual({ [digestOf(text)]: text });
  });

  const key = `-----BEGIN PRIVATE KEY-----\n${'QUJD'.repeat(16)}\n-----END PRIVATE KEY-----\n`;
  it.each<readonly [FileSpec, string]>([
    [{ kind: 'pattern', pattern: 'nope/*' }, 'FILES_NO_MATCH'],
    [{ kind: 'from', from: 'nope', to: '/x' }, 'FILES_NO_MATCH'],
    [{ kind: 'text', text: key, to: '/x' }, 'SECRET_REFUSED'],
    [{ kind: 'text', text: '', to: '/x', owner: 'www' }, 'CONFIG_INVALID'],
  ])('%j is %s', (spec, code) => {
    expect(() => plan(project, { files: [spec] })).toThrow(expect.objectContaining({ code }));
  });
});
