import { type ChildProcess, spawn } from 'node:child_process';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { ToolError } from '../../errors/index.ts';

/** A user with a password or, for the user `<token>`, an identity token. Never printed. */
export interface HelperLogin {
  readonly username: string;
  readonly secret: string;
}

export interface HelperContext extends Pick<Context, 'env' | 'emit' | 'signal'> {
  /** Milliseconds that a helper may take; it may be waiting for its user. Default two minutes. */
  readonly patience?: number;
}

const answerSchema = z.object({ Username: z.string(), Secret: z.string() });
const maxAnswer = 1 << 20;
const defaultPatience = 120_000;

/** The program of a helper's name. */
export function helperProgram(name: string): string {
  return `docker-credential-${name}`;
}

/**
 * Asks `docker-credential-NAME get` (docker-credential-helpers protocol). Undefined when it knows nothing; a helper that is missing, hangs,
 * fails or prints something else is a warning, because many images can be read without a login.
 */
export async function askHelper(name: string, server: string, context: HelperContext): Promise<HelperLogin | undefined> {
  const outcome = await run(name, { action: 'get', input: `${server}\n` }, context);
  context.signal.throwIfAborted();
  const answer = outcome.fault === undefined ? answerSchema.safeParse(parseJson(outcome.text)) : undefined;
  if (answer?.success === true) return { username: answer.data.Username, secret: answer.data.Secret };
  if (knowsNothing(outcome)) return undefined;
  context.emit({
    type: 'warning',
    message: `${helperProgram(name)} gave no credentials for ${server}: ${outcome.fault ?? 'it printed something else'}; going on without a login`,
    hint: 'log in again, or correct credsStore and credHelpers in the Docker configuration',
  });
  return undefined;
}

/** Gives a login to a helper to keep. Errors: REGISTRY_HELPER. */
export async function storeInHelper(name: string, entry: HelperLogin & { readonly server: string }, context: HelperContext): Promise<void> {
  const input = JSON.stringify({ ServerURL: entry.server, Username: entry.username, Secret: entry.secret });
  const { fault } = await run(name, { action: 'store', input }, context);
  context.signal.throwIfAborted();
  if (fault !== undefined) throw helperFailed(name, `could not store the login of ${entry.server}: ${fault}`);
}

/** Makes a helper forget a login; false if it knew none. Errors: REGISTRY_HELPER. */
export async function eraseFromHelper(name: string, server: string, context: HelperContext): Promise<boolean> {
  const known = await run(name, { action: 'get', input: `${server}\n` }, context);
  if (knowsNothing(known)) return false;
  const outcome = await run(name, { action: 'erase', input: `${server}\n` }, context);
  context.signal.throwIfAborted();
  if (knowsNothing(outcome)) return false;
  if (outcome.fault !== undefined) throw helperFailed(name, `could not erase the login of ${server}: ${outcome.fault}`);
  return true;
}

// What a helper prints may hold what it was given, so it is never shown.
function helperFailed(name: string, what: string): ToolError {
  return new ToolError('REGISTRY_HELPER', `${helperProgram(name)} ${what}`, {
    hint: `repair the helper, or take it out of credsStore and credHelpers in Docker's config.json`,
  });
}

interface Outcome {
  readonly text: string;
  /** Why it did not do its work; undefined if it ended with status 0. */
  readonly fault: string | undefined;
}

function knowsNothing({ text, fault }: Outcome): boolean {
  return fault !== undefined && /not found/i.test(text);
}

interface Call {
  readonly action: 'get' | 'store' | 'erase';
  readonly input: string;
}

async function run(name: string, { action, input }: Call, { env, signal, patience = defaultPatience }: HelperContext): Promise<Outcome> {
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return { text: '', fault: 'that is not the name of a program' };
  return await new Promise((resolve) => {
    const child = spawn(helperProgram(name), [action], { env: { ...env }, signal, stdio: ['pipe', 'pipe', 'ignore'] });
    let text = '';
    const timer = setTimeout(() => {
      abandon(child);
      resolve({ text: '', fault: `no answer within ${patience / 1000} s` });
    }, patience);
    const end = (fault: string | undefined): void => {
      clearTimeout(timer);
      resolve({ text, fault });
    };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (text.length < maxAnswer) text += chunk;
    });
    child.on('error', (error) => {
      abandon(child);
      end('code' in error && error.code === 'ENOENT' ? 'there is no such program' : 'it could not be started');
    });
    child.on('close', (status, killed) => end(status === 0 ? undefined : `it ended with ${killed ?? `status ${status}`}`));
    // A helper that ends before it reads its input must not end us.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Ends a helper without waiting for what it started, which may keep its output open. */
function abandon(child: ChildProcess): void {
  child.kill('SIGKILL');
  child.stdout?.destroy();
  child.stdin?.destroy();
  child.unref();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
