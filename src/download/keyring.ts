import { spawn } from 'node:child_process';
import type { Env } from './env.ts';

/** What a keyring is asked: the password of a user of an index. */
export interface KeyringQuestion {
  /** URL of the index, without a login. */
  readonly url: URL;
  readonly username: string;
}

/** A keyring may be waiting for its user. Milliseconds. */
const patience = 120_000;
const maxAnswer = 64 * 1024;

/**
 * Asks the program `keyring` for a password: by the URL of the index, then by its host, as pip and uv do (pip documentation, "Keyring Support").
 * Undefined if it knows none, fails, or is not there. The password comes on its standard output and is never an argument.
 */
export async function askKeyring({ url, username }: KeyringQuestion, env: Env): Promise<string | undefined> {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return (await ask(bare.href, username, env)) ?? (await ask(bare.host, username, env));
}

async function ask(service: string, username: string, env: Env): Promise<string | undefined> {
  if (service.startsWith('-') || username.startsWith('-')) return undefined;
  const text = await outputOf(['get', service, username], env);
  const password = text?.replace(/[\r\n]+$/, '');
  return password === '' ? undefined : password;
}

function outputOf(args: readonly string[], env: Env): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('keyring', [...args], { env: { ...env }, stdio: ['ignore', 'pipe', 'ignore'], timeout: patience });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (text.length < maxAnswer) text += chunk;
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (status) => resolve(status === 0 ? text : undefined));
  });
}
