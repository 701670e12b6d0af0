import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute } from './execute.ts';
import { nodeProgram, nodeVersions } from './nodes.ts';
import { root } from './product.ts';

let directory: string;
let secret: string;
let targets: string;
let calls = 0;
const http = createHttpServer((_request, response) => {
  calls++;
  response.end('reached');
});
const local = createServer((socket) => {
  calls++;
  socket.end();
});

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-hostile-'));
  secret = await mkdtemp(join(homedir(), '.wherry-hostile-'));
  await writeFile(join(secret, 'file'), 'secret');
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => local.listen(join(directory, 'socket'), resolve));
  const { port } = http.address() as AddressInfo;
  const addon = join(root, 'node_modules/@rolldown/binding-linux-x64-gnu/rolldown-binding.linux-x64-gnu.node');
  targets = JSON.stringify({ file: join(secret, 'file'), port, socket: join(directory, 'socket'), addon });
});

afterAll(async () => {
  http.close();
  local.close();
  for (const path of [directory, secret]) await rm(path, { recursive: true, force: true });
});

async function outcomes(program: string, kind: string): Promise<[string, string][]> {
  const text = await execute([program, '--no-warnings', join(root, 'test/e2e/hostile/run.ts'), kind, targets]);
  const found = Object.entries(JSON.parse(text.trim().split('\n').at(-1) ?? '{}') as Record<string, string>);
  expect(found.length).toBeGreaterThan(20);
  return found;
}

const programs = [
  ['this Node', async () => process.execPath] as const,
  ...nodeVersions.map((version) => [version, () => nodeProgram(version)] as const),
];

describe.each(programs)('a hostile backend on %s', (_name, program) => {
  it('gets nowhere from Python, and nowhere from JavaScript', async () => {
    calls = 0;
    for (const kind of ['python', 'script']) {
      const done = (await outcomes(await program(), kind)).filter(([, outcome]) => !outcome.startsWith('failed'));
      expect(done, kind).toEqual([]);
    }
    expect(calls).toBe(0);
  });

  it('reads no file, starts no program, loads no add-on and sees no environment where there are no namespaces', async () => {
    const inside = (await outcomes(await program(), 'script-alone')).filter(([name]) => !/^(?:socket|process):/.test(name));
    expect(inside.filter(([, outcome]) => !outcome.startsWith('failed'))).toEqual([]);
  });
});
