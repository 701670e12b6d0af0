import { spawn } from 'node:child_process';
import type { Context } from '../context.ts';
import { ToolError } from '../errors/index.ts';

/** How git is run. */
export interface GitContext extends Pick<Context, 'env' | 'signal'> {
  /** Absolute path of a bare repository of ours. */
  readonly repository: string;
  /** `https:ssh`; nothing else is spoken, whatever a redirect, a submodule or the configuration says. */
  readonly protocols: string;
  /** Given to git when the origin asks for one; it travels in the environment, never as an argument. */
  readonly login?: GitLogin | undefined;
}

/** A login of one origin (`https://git.example`). */
export interface GitLogin {
  readonly origin: string;
  readonly username: string;
  readonly password: string;
}

/** What git said. */
export interface GitResult {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Settings that win over those of the user: nothing but git itself runs, nothing is repaired in the background. */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'protocol.ext.allow=never',
  'protocol.file.allow=never',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.detachedHead=false',
];

/** Of git's own variables only those that say how a server is reached; one that moves the repository must not be seen. */
const kept =
  /^GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_|PROXY_|HTTP_|CONFIG_(?:COUNT|KEY_\d+|VALUE_\d+|GLOBAL|SYSTEM|NOSYSTEM)$|CURL_)/;

/** Answers git's question for a login from two variables; other helpers of the user are asked before. */
const helper = '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$WHERRY_GIT_USERNAME" "$WHERRY_GIT_PASSWORD"; }; f';

function environment({ env, protocols, login, repository }: GitContext): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || kept.test(name)));
  return {
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    ...own,
    ...loginVariables(login, own.GIT_CONFIG_COUNT),
    GIT_ALLOW_PROTOCOL: protocols,
    GIT_TERMINAL_PROMPT: '0',
    GIT_DIR: repository,
    GIT_NO_REPLACE_OBJECTS: '1',
    LC_ALL: 'C',
  };
}

function loginVariables(login: GitLogin | undefined, count = '0'): Record<string, string> {
  if (login === undefined) return {};
  const start = /^\d+$/.test(count) ? Number(count) : 0;
  return {
    GIT_CONFIG_COUNT: `${start + 1}`,
    [`GIT_CONFIG_KEY_${start}`]: `credential.${login.origin}.helper`,
    [`GIT_CONFIG_VALUE_${start}`]: helper,
    WHERRY_GIT_USERNAME: login.username,
    WHERRY_GIT_PASSWORD: login.password,
  };
}

/** Runs git to its end. Errors: GIT_MISSING; the reason of the signal when it aborts. */
export async function git(args: readonly string[], context: GitContext, input?: string): Promise<GitResult> {
  const all = [...settings.flatMap((setting) => ['-c', setting]), ...args];
  const child = spawn('git', all, { env: environment(context), cwd: context.repository, stdio: ['pipe', 'pipe', 'pipe'] });
  const stop = () => child.kill('SIGTERM');
  context.signal.addEventListener('abort', stop, { once: true });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  try {
    const status = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 128));
    });
    context.signal.throwIfAborted();
    return { status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
  } catch (error) {
    context.signal.throwIfAborted();
    throw missing(error);
  } finally {
    context.signal.removeEventListener('abort', stop);
  }
}

function missing(error: unknown): ToolError {
  const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return new ToolError('GIT_MISSING', isAbsent ? 'there is no git on this machine' : 'could not start git', {
    hint: 'install git, or take the package from an index or as a wheel',
    cause: error,
  });
}

/** The lines of git's complaint that say why, with no user information in any URL. */
export function complaint(stderr: string): string[] {
  const lines = stderr.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => /^(?:fatal|error|remote|ssh|ERROR):?\s|^[^:]*: Permission denied|^Host key/.test(line));
  return (telling.length > 0 ? telling : lines.filter((line) => line !== ''))
    .slice(0, 5)
    .map((line) => line.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/?#\s'"@]*@/gi, '$1'));
}
