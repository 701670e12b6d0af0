import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { WherryEvent } from '../src/events.ts';
import { createHttp, type Timeouts } from '../src/http/index.ts';
import { createRegistry, type RegistryContext } from '../src/registry/index.ts';
import { startRegistry, type TestRegistry, type TestRegistryOptions } from './registry/index.ts';

/** Starts a registry that is closed when the test is over. */
export async function startForTest(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const server = await startRegistry(options);
  onTestFinished(server.close);
  return server;
}

/** A client for a test, with what it said and how often it waited; it never really waits. */
export function connectRegistry(options: { readonly timeouts?: Partial<Timeouts> } & Partial<RegistryContext> = {}) {
  const { timeouts = {}, ...more } = options;
  const events: WherryEvent[] = [];
  const waits: number[] = [];
  const context: RegistryContext = {
    http: createHttp({ env: {}, timeouts, wait: async (milliseconds) => void waits.push(milliseconds) }),
    env: {},
    emit: (event) => void events.push(event),
    signal: new AbortController().signal,
    wait: async (milliseconds) => void waits.push(milliseconds),
    ...more,
  };
  return { registry: createRegistry(context), context, events, waits };
}

/** An entry of `auths` in Docker's config.json. */
export interface StoredLogin {
  readonly auth?: string;
  readonly identitytoken?: string;
}

/** A directory with a config.json as `docker login` writes it; `env` leads the client there. */
export async function storeLogin(
  host: string,
  login: StoredLogin = { auth: Buffer.from('user:secret').toString('base64') },
): Promise<{ readonly env: Record<string, string>; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-login-'));
  await writeFile(join(directory, 'config.json'), JSON.stringify({ auths: { [host]: login } }));
  return { env: { DOCKER_CONFIG: directory }, remove: async () => await rm(directory, { recursive: true }) };
}
