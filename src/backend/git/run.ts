import { spawn } from 'node:child_process';
import type { GitPlace } from './place.ts';

export interface GitOutput {
  readonly status: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

/** Bytes that an answer may have. */
const maxOutput = 256 * 1024 * 1024;
const devNull = process.platform === 'win32' ? 'NUL' : '/dev/null';

/**
 * Settings over those of the repository: nothing that git is told here starts a program, asks a server or writes. Settings of the user and of the
 * system don't count, so an answer is the same everywhere.
 */
const settings = [
  ...['core.fsmonitor=false', `core.hooksPath=${devNull}`, `core.attributesFile=${devNull}`, `core.excludesFile=${devNull}`],
  ...['core.sshCommand=false', 'core.askPass=', 'core.pager=cat', 'core.quotePath=true', 'core.alternateRefsCommand='],
  ...['diff.external=', 'diff.ignoreSubmodules=dirty', 'log.showSignature=false', 'gpg.program=false', 'gpg.ssh.program=false'],
  ...['gpg.x509.program=false', 'credential.helper=', 'protocol.allow=never', 'safe.directory=*', 'color.ui=false', 'core.abbrev=auto'],
].flatMap((setting) => ['-c', setting]);

/** Runs the host's git on a work tree; `words` are trusted (`allowed.ts`). Fails if there is no git. */
export function runGit(
  place: GitPlace,
  words: readonly string[],
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
): Promise<GitOutput> {
  const all = ['--no-pager', ...settings, ...place.settings, ...words];
  const child = spawn('git', all, { cwd: directory, env: environment(place.env), stdio: ['ignore', 'pipe', 'pipe'], signal });
  const chunks: Buffer[] = [];
  let size = 0;
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxOutput) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-65_536);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ status: code ?? 128, stdout: Buffer.concat(chunks), stderr }));
  });
}

function environment(env: GitPlace['env']): NodeJS.ProcessEnv {
  const { PATH, SYSTEMROOT } = env;
  return {
    ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_SYSTEM: devNull, GIT_ATTR_NOSYSTEM: '1' },
    ...{ GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1', GIT_PAGER: 'cat' },
    ...{ LC_ALL: 'C', TZ: 'UTC', HOME: devNull },
    ...(PATH === undefined ? {} : { PATH }),
    ...(SYSTEMROOT === undefined ? {} : { SYSTEMROOT }),
  };
}
