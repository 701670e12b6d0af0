import { spawn } from 'node:child_process';
import { z } from 'zod';
import type { Context } from '../context.ts';

const answerSchema = z.object({ Username: z.string(), Secret: z.string() });
const maxAnswer = 1 << 20;

/**
 * Asks `docker-credential-NAME get` (docker-credential-helpers protocol). Undefined when it knows nothing; a helper that cannot run is a
 * warning, because many images can be read without a login.
 */
export async function askHelper(
  name: string,
  server: string,
  context: Pick<Context, 'env' | 'emit' | 'signal'>,
): Promise<{ readonly username: string; readonly secret: string } | undefined> {
  const program = `docker-credential-${name}`;
  const output = /^[A-Za-z0-9._-]+$/.test(name) ? await run(program, server, context) : undefined;
  const answer = answerSchema.safeParse(parseJson(output?.text ?? ''));
  if (answer.success && output?.status === 0) return { username: answer.data.Username, secret: answer.data.Secret };
  if (output === undefined || !/not found/i.test(output.text)) {
    context.emit({
      type: 'warning',
      message: `${program} gave no credentials for ${server}; going on without a login`,
      hint: 'log in again, or correct credsStore in the Docker configuration',
    });
  }
  return undefined;
}

interface Output {
  readonly status: number | null;
  readonly text: string;
}

async function run(program: string, input: string, { env, signal }: Pick<Context, 'env' | 'signal'>): Promise<Output | undefined> {
  return await new Promise((resolve) => {
    const child = spawn(program, ['get'], { env: { ...env }, signal, timeout: 30_000, stdio: ['pipe', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (text.length < maxAnswer) text += chunk.toString('utf8');
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (status) => resolve({ status, text }));
    // A helper that ends before it reads its input must not end us.
    child.stdin.on('error', () => {});
    child.stdin.end(`${input}\n`);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
