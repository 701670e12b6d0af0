import { describe, expect, it } from 'vitest';
import { ToolError } from '../errors/index.ts';
import type { StartSignal } from '../project/index.ts';
import { chooseStart, type Start, type StartInput } from './start.ts';

const image: StartInput['image'] = { command: undefined, entrypoint: [], noProject: false, ports: [] };

function signal(kind: StartSignal['kind'], target: string, more: Partial<StartSignal> = {}): StartSignal {
  return { kind, target, file: `${target.split(':')[0]}.py`, reason: `${target} was seen`, ...more };
}

function start(signals: readonly StartSignal[], installed: readonly string[] = [], more: Partial<StartInput['image']> = {}): Start {
  return chooseStart({ signals, installed: new Set(installed), image: { ...image, ...more } });
}

function line(signals: readonly StartSignal[], installed: readonly string[] = [], more: Partial<StartInput['image']> = {}): string {
  const found = start(signals, installed, more);
  return [...found.command, found.stopSignal, ...found.ports].join(' ');
}

function error(action: () => unknown): ToolError {
  try {
    action();
  } catch (caught) {
    if (caught instanceof ToolError) return caught;
  }
  throw new Error('no ToolError');
}

const wsgi = signal('django-wsgi', 'site.wsgi:application');
const asgi = signal('django-asgi', 'site.asgi:application');
const fastapi = signal('fastapi', 'main:app');
const flask = signal('flask', 'app:app');
const script = signal('script', 'serve');
const main = signal('main', 'main.py');

describe('servers', () => {
  it.each<readonly [string, readonly StartSignal[], readonly string[]]>([
    ['uvicorn main:app --host 0.0.0.0 --port 8000 SIGTERM 8000', [fastapi], ['uvicorn', 'hypercorn']],
    ['hypercorn main:app --bind 0.0.0.0:8000 SIGTERM 8000', [fastapi], ['hypercorn']],
    ['granian --interface asgi --host 0.0.0.0 --port 8000 main:app SIGTERM 8000', [fastapi], ['granian']],
    ['uvicorn main:make_app --factory --host 0.0.0.0 --port 8000 SIGTERM 8000', [signal('starlette', 'main:make_app()')], ['uvicorn']],
    [
      'uvicorn main:app --host 0.0.0.0 --port 8000 --app-dir src SIGTERM 8000',
      [{ ...fastapi, importRoot: 'src' }],
      ['uvicorn', 'hypercorn'],
    ],
    ['gunicorn site.wsgi:application --bind 0.0.0.0:8000 --access-logfile - SIGTERM 8000', [wsgi, asgi], ['gunicorn', 'uvicorn']],
    ['uvicorn site.asgi:application --host 0.0.0.0 --port 8000 SIGTERM 8000', [wsgi, asgi], ['uvicorn']],
    ['uvicorn site.asgi:application --host 0.0.0.0 --port 8000 SIGTERM 8000', [wsgi, asgi], ['gunicorn', 'uvicorn', 'channels']],
    ['daphne -b 0.0.0.0 -p 8000 site.asgi:application SIGTERM 8000', [wsgi, asgi], ['daphne', 'waitress']],
    ['waitress-serve --listen=0.0.0.0:8000 site.wsgi:application SIGTERM 8000', [wsgi], ['waitress']],
    ['gunicorn app:app --bind 0.0.0.0:8000 --access-logfile - SIGTERM 8000', [flask], ['gunicorn']],
    [
      'gunicorn app:app --bind 0.0.0.0:8000 --access-logfile - --chdir src SIGTERM 8000',
      [{ ...flask, importRoot: 'src' }],
      ['gunicorn', 'waitress'],
    ],
    ['gunicorn app:app --bind 0.0.0.0:8000 SIGTERM 8000', [{ ...flask, gunicorn: { workers: '' } }], ['gunicorn']],
    ['gunicorn app:app SIGTERM 9000', [{ ...flask, gunicorn: { bind: '0.0.0.0:9000' } }], ['gunicorn']],
    ['gunicorn app:create_app() --bind 0.0.0.0:8000 --access-logfile - SIGTERM 8000', [signal('flask', 'app:create_app()')], ['gunicorn']],
  ])('%s', (expected, signals, installed) => {
    expect(line(signals, installed)).toBe(expected);
  });

  it('use gunicorn with the worker package where both are there', () => {
    const expected = 'gunicorn main:app --bind 0.0.0.0:8000 --access-logfile - --worker-class uvicorn_worker.UvicornWorker SIGTERM 8000';
    expect(line([fastapi], ['gunicorn', 'uvicorn', 'uvicorn-worker'])).toBe(expected);
  });

  it('listen on the first configured port', () => {
    expect(line([fastapi], ['uvicorn'], { ports: [9000, 9001] })).toBe('uvicorn main:app --host 0.0.0.0 --port 9000 SIGTERM 9000');
  });
});

describe('order', () => {
  it('is application, script, main.py', () => {
    expect(line([script, main, fastapi], ['uvicorn'])).toContain('uvicorn');
    expect(line([script, main, fastapi])).toBe('serve SIGINT');
    expect(line([script, main])).toBe('serve SIGINT');
    expect(line([main])).toBe('python main.py SIGINT');
    expect(line([signal('main', 'tool/__main__.py')])).toBe('python -m tool SIGINT');
    expect(line([signal('main', 'tool/__main__.py'), main])).toBe('python main.py SIGINT');
  });

  it('has no script without the project', () => {
    expect(line([script, main], [], { noProject: true })).toBe('python main.py SIGINT');
  });

  it('prefers the declared entry point, then usual files and names', () => {
    const declared = signal('fastapi', 'x.y:z', { file: 'pyproject.toml' });
    expect(line([fastapi, declared, flask], ['uvicorn', 'gunicorn'])).toContain('x.y:z');
    expect(line([signal('fastapi', 'pkg.api:app'), fastapi], ['uvicorn'])).toContain('main:app');
    expect(line([signal('starlette', 'main:static'), fastapi], ['uvicorn'])).toContain('main:app');
  });
});

describe('ambiguity', () => {
  it.each<readonly [string, readonly StartSignal[]]>([
    ['two scripts', [script, signal('script', 'work')]],
    ['two frameworks', [wsgi, signal('fastapi', 'api:app')]],
    ['two usual files', [fastapi, signal('fastapi', 'pkg.main:app')]],
    ['two packages', [signal('main', 'a/__main__.py'), signal('main', 'b/__main__.py')]],
  ])('of %s lists a line for each', (_, signals) => {
    const found = error(() => start(signals, ['uvicorn', 'gunicorn']));
    expect(found.code).toBe('START_AMBIGUOUS');
    expect(found.details).toHaveLength(2);
    expect(found.details.every((each) => /^command = \[".*"\] {2}# /.test(each))).toBe(true);
  });
});

describe('nothing to start', () => {
  it('says which line to write', () => {
    expect(error(() => start([]))).toMatchObject({ code: 'START_NOT_FOUND', hint: expect.stringContaining('command = [') });
  });

  it('names the server to add, and never takes a development server', () => {
    expect(error(() => start([flask, main], ['uvicorn']))).toMatchObject({
      code: 'START_NOT_FOUND',
      hint: 'add one: uv add gunicorn',
      details: ['known servers: gunicorn, waitress, granian', 'without a server: command = ["python", "main.py"]'],
    });
    expect(error(() => start([fastapi], ['gunicorn'])).hint).toBe('add one: uv add uvicorn');
  });
});

describe('sources', () => {
  it('are where the started program may lie', () => {
    expect(start([wsgi], ['gunicorn']).sources).toEqual(['site/wsgi.py', 'site/wsgi/__init__.py']);
    expect(start([main]).sources).toEqual(['main.py']);
    expect(start([script]).sources).toBeUndefined();
  });

  it('are known for a configured command that names what was seen', () => {
    expect(start([wsgi], [], { command: ['gunicorn', 'site.wsgi', '-w', '4'] }).sources).toEqual(['site/wsgi.py', 'site/wsgi/__init__.py']);
    expect(start([wsgi, main], [], { command: ['python', 'main.py'] }).sources).toEqual(['main.py']);
    expect(start([wsgi], [], { command: ['celery', 'worker'] }).sources).toBeUndefined();
  });
});

describe('the configured command', () => {
  it.each<readonly [readonly string[], Start['stopSignal']]>([
    [['python', 'x.py'], 'SIGINT'],
    [['/app/.venv/bin/python3.13', '-m', 'tool'], 'SIGINT'],
    [['python', '-m', 'uvicorn', 'a:b'], 'SIGTERM'],
    [['gunicorn', 'a:b'], 'SIGTERM'],
    [['/bin/sh', '-c', 'x'], 'SIGTERM'],
    [['serve', '--x'], 'SIGINT'],
  ])('%j stops by %s', (command, stopSignal) => {
    expect(start([script], [], { command })).toEqual({ command, ports: [], stopSignal, reason: 'command is set in the configuration' });
  });

  it('is empty when only the entrypoint is set', () => {
    expect(start([fastapi], ['uvicorn'], { entrypoint: ['python', 'x.py'] })).toMatchObject({ command: [], stopSignal: 'SIGINT' });
  });
});
