/** A small project that shows the token of its environment, and one that nearly is one. */
export interface DetectorProject {
  readonly name: string;
  /** `[project] dependencies`, and further tables of pyproject.toml. */
  readonly dependencies: readonly string[];
  readonly tables?: string;
  readonly files: Readonly<Record<string, string>>;
  /** The command that must be found. */
  readonly command: string;
  /** Whether the token comes as an HTTP answer or on stdout. */
  readonly shows: 'http' | 'stdout';
  /** Changes after which nothing must be found. */
  readonly near: { readonly what: string; readonly files: Readonly<Record<string, string>>; readonly tables?: string };
}

const fastapi = `import os
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def read():
    return os.environ["TOKEN"]
`;

const starlette = `import os
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def read(request):
    return PlainTextResponse(os.environ["TOKEN"])


app = Starlette(routes=[Route("/", read)])
`;

const flask = `import os
from flask import Flask


def create_app(settings=None):
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: os.environ["TOKEN"])
    return app
`;

const manage = `import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
`;

const django = {
  'manage.py': manage,
  'web/__init__.py': '',
  'web/settings.py': 'SECRET_KEY = "unused"\nALLOWED_HOSTS = ["*"]\nROOT_URLCONF = "web.urls"\n',
  'web/urls.py': `import os
from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("", lambda request: HttpResponse(os.environ["TOKEN"]))]
`,
};

const entry = (kind: 'asgi' | 'wsgi') => `import os
from django.core.${kind} import get_${kind}_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")
application = get_${kind}_application()
`;

const packaged = `
[build-system]
requires = ["uv_build>=0.9"]
build-backend = "uv_build"
`;

export const detectorProjects: readonly DetectorProject[] = [
  {
    name: 'a project script',
    dependencies: [],
    tables: `${packaged}\n[project.scripts]\nsay = "tool:main"\n`,
    files: { 'src/tool/__init__.py': 'import os\n\n\ndef main():\n    print(os.environ["TOKEN"])\n' },
    command: 'say',
    shows: 'stdout',
    near: {
      what: 'an entry point that is no script',
      files: {},
      tables: `${packaged}\n[project.entry-points."tool.plugins"]\nsay = "tool:main"\n`,
    },
  },
  {
    name: 'FastAPI',
    dependencies: ['fastapi', 'uvicorn'],
    files: { 'main.py': fastapi },
    command: 'uvicorn main:app --host 0.0.0.0 --port 8000',
    shows: 'http',
    near: { what: 'an application in a comment', files: { 'main.py': fastapi.replace('app = FastAPI()', '# app = FastAPI()') } },
  },
  {
    name: 'FastAPI in src of a project that is no package',
    dependencies: ['fastapi', 'uvicorn'],
    files: { 'src/api.py': fastapi },
    command: 'uvicorn api:app --host 0.0.0.0 --port 8000 --app-dir src',
    shows: 'http',
    near: { what: 'an application in docs', files: { 'src/api.py': '', 'docs/api.py': fastapi } },
  },
  {
    name: 'Starlette',
    dependencies: ['starlette', 'uvicorn'],
    files: { 'asgi.py': starlette },
    command: 'uvicorn asgi:app --host 0.0.0.0 --port 8000',
    shows: 'http',
    near: { what: 'a class of that name from elsewhere', files: { 'asgi.py': starlette.replace('starlette.applications', 'mine') } },
  },
  {
    name: 'Django with gunicorn',
    dependencies: ['django', 'gunicorn'],
    files: { ...django, 'web/wsgi.py': entry('wsgi'), 'web/asgi.py': entry('asgi') },
    command: 'gunicorn web.wsgi:application --bind 0.0.0.0:8000 --access-logfile -',
    shows: 'http',
    near: {
      what: 'an application inside of a function',
      files: { 'web/wsgi.py': 'def make():\n    application = None\n    return application\n', 'web/asgi.py': '' },
    },
  },
  {
    name: 'Django beside a package',
    dependencies: ['django', 'gunicorn'],
    tables: packaged,
    files: { ...django, 'web/wsgi.py': entry('wsgi'), 'src/tool/__init__.py': '' },
    command: 'gunicorn web.wsgi:application --bind 0.0.0.0:8000 --access-logfile -',
    shows: 'http',
    near: { what: 'manage.py of another tool', files: { 'manage.py': 'from flask_script import Manager\n' } },
  },
  {
    name: 'Django with uvicorn',
    dependencies: ['django', 'uvicorn'],
    files: { ...django, 'web/wsgi.py': entry('wsgi'), 'web/asgi.py': entry('asgi') },
    command: 'uvicorn web.asgi:application --host 0.0.0.0 --port 8000',
    shows: 'http',
    near: { what: 'settings in a comment', files: { 'manage.py': '# os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")\n' } },
  },
  {
    name: 'Flask with gunicorn',
    dependencies: ['flask', 'gunicorn'],
    files: { 'app.py': `${flask}\n\napp = create_app()\n` },
    command: 'gunicorn app:app --bind 0.0.0.0:8000 --access-logfile -',
    shows: 'http',
    near: { what: 'a blueprint', files: { 'app.py': 'from flask import Blueprint\n\napp = Blueprint("x", __name__)\n' } },
  },
  {
    name: 'a Flask factory with gunicorn',
    dependencies: ['flask', 'gunicorn'],
    files: { 'shop/__init__.py': flask },
    command: 'gunicorn shop:create_app() --bind 0.0.0.0:8000 --access-logfile -',
    shows: 'http',
    near: { what: 'a factory that needs an argument', files: { 'shop/__init__.py': flask.replace('settings=None', 'settings') } },
  },
  {
    name: 'main.py',
    dependencies: [],
    files: { 'main.py': 'import os\n\nif __name__ == "__main__":\n    print(os.environ["TOKEN"])\n' },
    command: 'python main.py',
    shows: 'stdout',
    near: { what: 'definitions only', files: { 'main.py': 'import os\n\n\ndef main():\n    print(os.environ["TOKEN"])\n' } },
  },
  {
    name: '__main__.py of a package',
    dependencies: [],
    tables: packaged,
    files: { 'src/site1/__init__.py': '', 'src/site1/__main__.py': 'import os\n\nprint(os.environ["TOKEN"])\n' },
    command: 'python -m site1',
    shows: 'stdout',
    near: { what: 'another guard', files: { 'src/site1/__main__.py': 'if __name__ == "__mp_main__":\n    print(1)\n' } },
  },
];
