import { describe, expect, it } from 'vitest';
import { type FixtureFiles, projectFixture } from './fixture.ts';
import { readProject } from './read.ts';

const plain = '[project]\nname = "my-site"\nversion = "1"\n';
const packaged = `${plain}[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n`;
const hatched = packaged.replaceAll('uv_build', 'hatchling.build');

async function signals(files: FixtureFiles, pyproject = plain): Promise<readonly string[]> {
  await using fixture = await projectFixture({ 'pyproject.toml': pyproject, ...files });
  const found = (await readProject(fixture.directory)).startSignals;
  return found.map(({ kind, target, importRoot }) => [kind, target, importRoot].filter((each) => each !== undefined).join(' '));
}

const fastapi = 'from fastapi import FastAPI\napp = FastAPI()\n';
const flask = 'from flask import Flask\napp = Flask(__name__)\n';
const factory = 'from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n';
const manage = 'import os\ndef main():\n    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")\n';
const application = 'application = get_application()\n';

describe('each detector', () => {
  const seen: readonly (readonly [string, readonly string[], FixtureFiles, string?])[] = [
    ['a script', ['script serve'], {}, `${packaged}[project.scripts]\nserve = "my_site:main"\n`],
    ['FastAPI in main.py', ['fastapi main:app'], { 'main.py': fastapi }],
    ['FastAPI by another name', ['fastapi main:api'], { 'main.py': 'import fastapi as f\napi: f.FastAPI = f.FastAPI(\n  title="x",\n)\n' }],
    ['FastAPI in app/main.py', ['fastapi app.main:app'], { 'app/main.py': fastapi }],
    ['FastAPI in src of a project that is no package', ['fastapi main:app src'], { 'src/main.py': fastapi }],
    ['FastAPI in an installed package', ['fastapi my_site.main:app'], { 'src/my_site/main.py': fastapi }, packaged],
    ['FastAPI in an installed flat package', ['fastapi my_site:app'], { 'my_site/__init__.py': fastapi }, hatched],
    ['FastAPI beside an installed package', ['fastapi main:app'], { 'main.py': fastapi, 'src/my_site/__init__.py': '' }, packaged],
    ['a declared entry point', ['fastapi a.b:c'], {}, `${plain}[tool.fastapi]\nentrypoint = "a.b:c"\n`],
    ['Starlette', ['starlette asgi:app'], { 'asgi.py': 'from starlette.applications import Starlette\napp = Starlette(routes=[])\n' }],
    ['Flask', ['flask app:app'], { 'app.py': flask }],
    ['a Flask factory', ['flask my_site:create_app()'], { 'my_site/__init__.py': factory }],
    [
      'an instance from a factory',
      ['flask wsgi:application'],
      { 'my_site/__init__.py': factory, 'wsgi.py': 'from my_site import create_app\napplication = create_app()\n' },
    ],
    [
      'Django',
      ['django-wsgi site1.wsgi:application', 'django-asgi site1.asgi:application'],
      { 'manage.py': manage, 'site1/wsgi.py': application, 'site1/asgi.py': application },
    ],
    [
      'Django with settings in a package',
      ['django-wsgi conf.wsgi:application'],
      { 'manage.py': manage.replace('site1.settings', 'conf.settings.production'), 'conf/wsgi.py': application },
    ],
    ['Django below a directory', ['django-wsgi site1.wsgi:application web'], { 'web/manage.py': manage, 'web/site1/wsgi.py': application }],
    ['Django as a package', ['django-wsgi site1.wsgi:application'], { 'manage.py': manage, 'src/site1/wsgi.py': application }, packaged],
    ['main.py with a guard', ['main main.py'], { 'main.py': 'def f(): pass\nif __name__ == "__main__":\n    f()\n' }],
    ['main.py that is a script', ['main main.py'], { 'main.py': 'import sys\nprint(sys.path)\n' }],
    ['main.py in src', ['main src/main.py src'], { 'src/main.py': 'print(1)\n' }],
    ['__main__.py of a package', ['main my_site/__main__.py'], { 'src/my_site/__main__.py': 'from . import main\nmain()\n' }, packaged],
  ];
  for (const [name, expected, files, pyproject] of seen) {
    it(`sees ${name}`, async () => {
      expect(await signals(files, pyproject)).toEqual(expected);
    });
  }

  const near: readonly (readonly [string, FixtureFiles, string?])[] = [
    ['a script of a project that is no package', {}, `${plain}[project.scripts]\nserve = "my_site:main"\n`],
    ['FastAPI in a comment', { 'main.py': 'from fastapi import FastAPI\n# app = FastAPI()\n' }],
    ['FastAPI in a string', { 'main.py': 'from fastapi import FastAPI\nDOC = """\napp = FastAPI()\n"""\n' }],
    [
      'FastAPI in a function with arguments',
      { 'main.py': 'from fastapi import FastAPI\ndef create_app(settings):\n    app = FastAPI()\n    return app\n' },
    ],
    ['a class of that name from elsewhere', { 'main.py': 'from mine import FastAPI\napp = FastAPI()\n' }],
    ['a type annotation', { 'main.py': 'from fastapi import FastAPI\napp: FastAPI\ndef f(app: FastAPI = None): ...\n' }],
    ['FastAPI in tests', { 'tests/main.py': fastapi, 'docs/app.py': fastapi }],
    ['FastAPI outside of the installed package', { 'app/main.py': fastapi }, packaged],
    ['a module of src that no wheel holds', { 'src/main.py': fastapi }, packaged],
    ['an entry point that is no module', {}, `${plain}[tool.fastapi]\nentrypoint = "main.py"\n`],
    ['another constructor of Flask', { 'app.py': 'from flask import Blueprint\napp = Blueprint("x", __name__)\n' }],
    ['a factory of something else', { 'app.py': 'def create_app():\n    app = dict()\n    return app\napp = create_app()\n' }],
    ['manage.py of another tool', { 'manage.py': 'from flask_script import Manager\n', 'site1/wsgi.py': application }],
    [
      'manage.py with the settings in a comment',
      { 'manage.py': '# os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")\n', 'site1/wsgi.py': application },
    ],
    ['Django without an entry point', { 'manage.py': manage, 'site1/settings.py': '' }],
    ['wsgi.py without application', { 'manage.py': manage, 'site1/wsgi.py': 'def f():\n    application = 1\n' }],
    ['main.py with definitions only', { 'main.py': '"""Doc."""\nimport os\nX = os.getcwd()\ndef main():\n    print(1)\n' }],
    ['main.py with another guard', { 'main.py': 'if __name__ == "__mp_main__":\n    pass\n' }],
    ['main.py that is not UTF-8', { 'main.py': Buffer.from('print("\xff")\n', 'latin1') }],
  ];
  for (const [name, files, pyproject] of near) {
    it(`is not fooled by ${name}`, async () => {
      expect(await signals(files, pyproject)).toEqual([]);
    });
  }
});

it('settings of gunicorn.conf.py go with applications', async () => {
  await using fixture = await projectFixture({
    'pyproject.toml': plain,
    'app.py': flask,
    'gunicorn.conf.py': 'import os\n# workers = 1\nbind = "0.0.0.0:9000"\nthreads = os.cpu_count()\ndef on_exit(server):\n    x = 1\n',
  });
  expect((await readProject(fixture.directory)).startSignals[0]?.gunicorn).toEqual({ bind: '0.0.0.0:9000', threads: '' });
});

it('a signal names its file and the reason', async () => {
  await using fixture = await projectFixture({ 'pyproject.toml': plain, 'main.py': fastapi });
  expect((await readProject(fixture.directory)).startSignals).toEqual([
    { kind: 'fastapi', target: 'main:app', file: 'main.py', reason: 'main.py has a FastAPI application: app = FastAPI(...)' },
  ]);
});
