/** What a project asks for, of which uv makes a complete list with exact versions. */
export interface RequirementSet {
  readonly name: string;
  readonly ask: readonly string[];
  /** `hashes`: every line has those of all its files. `plain`: none has. `constraints`: the lines stay as they are, and the list only limits them. */
  readonly form: 'hashes' | 'plain' | 'constraints';
  readonly python: '3.11' | '3.12' | '3.13';
  readonly machine: 'x86_64' | 'aarch64';
  /** Lines of the requirements file before all others. */
  readonly head?: readonly string[];
}

/** The packages of a list come from the index as it was then, so that they stay the same. */
export const excludeNewer = '2026-11-01T00:00:00Z';

const one = (
  name: string,
  ask: readonly string[],
  [form, python, machine]: readonly [RequirementSet['form'], RequirementSet['python'], RequirementSet['machine']],
): RequirementSet => ({ name, ask, form, python, machine });

/** A few small ones, for every run. */
export const sample: readonly RequirementSet[] = [
  one('site', ['flask', 'gunicorn'], ['hashes', '3.13', 'x86_64']),
  {
    ...one('compiled', ['pyyaml', 'cffi', 'python-dateutil; python_version >= "3.9"'], ['plain', '3.11', 'aarch64']),
    head: ['--only-binary :all:'],
  },
  one('limited', ['jinja2>=3', 'click', 'colorama; sys_platform == "win32"'], ['constraints', '3.12', 'x86_64']),
];

/** Kinds of projects that are common, for the long run. */
export const all: readonly RequirementSet[] = [
  ...sample,
  one('django', ['django>=5,<6', 'djangorestframework', 'django-filter', 'psycopg[binary]', 'whitenoise'], ['hashes', '3.12', 'x86_64']),
  one('fastapi', ['fastapi', 'uvicorn[standard]', 'sqlalchemy[asyncio]', 'asyncpg', 'alembic'], ['plain', '3.13', 'aarch64']),
  one('worker', ['celery[redis]', 'kombu', 'sentry-sdk'], ['hashes', '3.11', 'aarch64']),
  one('bot', ['discord.py', 'aiosqlite', 'python-dotenv'], ['plain', '3.11', 'x86_64']),
  one('scraper', ['httpx[http2]', 'beautifulsoup4', 'lxml', 'tenacity'], ['hashes', '3.13', 'aarch64']),
  one('cloud', ['boto3', 'google-cloud-storage', 'azure-identity'], ['plain', '3.12', 'x86_64']),
  one('data', ['pandas', 'pyarrow', 'openpyxl'], ['hashes', '3.11', 'x86_64']),
  one('science', ['scikit-learn', 'statsmodels', 'matplotlib'], ['plain', '3.11', 'x86_64']),
  one('documents', ['reportlab', 'pypdf', 'pillow', 'qrcode'], ['constraints', '3.13', 'x86_64']),
  one('grpc', ['grpcio', 'protobuf', 'googleapis-common-protos'], ['hashes', '3.12', 'aarch64']),
  one('crypto', ['cryptography', 'pyjwt[crypto]', 'argon2-cffi', 'bcrypt'], ['plain', '3.12', 'aarch64']),
  one('tools', ['typer', 'rich', 'pydantic-settings', 'orjson', 'uvloop; sys_platform != "win32"'], ['hashes', '3.11', 'x86_64']),
  one('tests', ['pytest', 'pytest-cov', 'hypothesis', 'tox'], ['constraints', '3.11', 'x86_64']),
  one('old', ['requests<2.29', 'urllib3<2', 'idna<3.5', 'certifi<2024'], ['plain', '3.11', 'x86_64']),
];
