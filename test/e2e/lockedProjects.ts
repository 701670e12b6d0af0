import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A project that is nothing but its dependencies. */
export interface Dependencies {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly constraints?: readonly string[];
}

/** Writes pyproject.toml. A uv.lock that is there already keeps its versions when it is updated. */
export function writeDependencies(directory: string, { name, dependencies, constraints = [] }: Dependencies): void {
  mkdirSync(directory, { recursive: true });
  const text = `[project]
name = "${name}"
version = "1"
requires-python = ">=3.11"
dependencies = ${JSON.stringify(dependencies)}

[tool.uv]
package = false
exclude-newer = "2026-11-01T00:00:00Z"
constraint-dependencies = ${JSON.stringify(constraints)}

[tool.wherry]
python = "3.13"
base = "debian:13-noshell"
command = ["python", "-V"]
`;
  writeFileSync(join(directory, 'pyproject.toml'), text);
}

/** Three locks of at least 20 wheels each, as real services have them; with a package to add and one to change. */
export const lockedProjects = [
  {
    name: 'site',
    dependencies: [
      'celery',
      'django<6',
      'django-filter',
      'djangorestframework',
      'drf-spectacular',
      'gunicorn',
      'pydantic',
      'redis',
      'whitenoise',
    ],
    add: 'humanize',
    change: 'django',
  },
  {
    name: 'service',
    dependencies: [
      'alembic',
      'asyncpg',
      'cryptography',
      'fastapi',
      'httpx',
      'prometheus-client',
      'pydantic-settings',
      'sentry-sdk',
      'uvicorn[standard]',
    ],
    add: 'pygments',
    change: 'idna',
  },
  {
    name: 'science',
    dependencies: [
      'fastapi',
      'httpx',
      'jsonschema',
      'networkx',
      'numpy',
      'openpyxl',
      'pillow',
      'requests',
      'rich',
      'typer',
      'uvicorn[standard]',
    ],
    add: 'tabulate',
    change: 'click',
  },
] as const;
