import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { digestOf } from '../../src/digest.ts';
import { buildWheel } from '../zip-builder.ts';

const wheel = buildWheel({ name: 'greeting', files: { 'greeting.py': 'text = "hello from a wheel"\n' } });
const file = 'greeting-1.0-py3-none-any.whl';
/** The one account of the index; the password must never be seen anywhere. */
export const indexLogin = { username: 'reader', password: 'index-password' };

/** A package index on loopback that wants a login, with one wheel. */
export interface PrivateIndex {
  readonly origin: string;
  /** Environment that uv, and Wherry, take the login from. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startPrivateIndex(): Promise<PrivateIndex> {
  const wanted = `Basic ${Buffer.from(`${indexLogin.username}:${indexLogin.password}`).toString('base64')}`;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== wanted) response.writeHead(401).end();
    else if (request.url !== `/files/${file}`) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': wheel.length }).end(request.method === 'HEAD' ? undefined : wheel);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
  const env = { UV_INDEX_PRIVATE_USERNAME: indexLogin.username, UV_INDEX_PRIVATE_PASSWORD: indexLogin.password };
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, env, close };
}

/** Writes a project that greets with the wheel's text; `wherry` is the text of its [tool.wherry]. uv.lock has no size, as of many indexes. */
export async function writeGreeter(
  directory: string,
  { index, wherry }: { readonly index: PrivateIndex; readonly wherry: string },
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const registry = `${index.origin}/simple`;
  const project = `[project]\nname = "greeter"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["greeting"]\n`;
  const uv = `[tool.uv]\npackage = false\n\n[[tool.uv.index]]\nname = "private"\nurl = "${registry}"\ndefault = true\n`;
  await writeFile(join(directory, 'pyproject.toml'), `${project}\n${uv}\n[tool.wherry]\n${wherry}\n`);
  await writeFile(join(directory, 'main.py'), 'import greeting\n\nif __name__ == "__main__":\n    print(greeting.text)\n');
  await writeFile(
    join(directory, 'uv.lock'),
    `version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "greeter"
version = "1.0"
source = { virtual = "." }
dependencies = [
    { name = "greeting" },
]

[package.metadata]
requires-dist = [{ name = "greeting" }]

[[package]]
name = "greeting"
version = "1.0"
source = { registry = "${registry}" }
wheels = [
    { url = "${index.origin}/files/${file}", hash = "${digestOf(wheel)}" },
]
`,
  );
}
