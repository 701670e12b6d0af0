/**
 * No tracked file may name a package registry's host or a path of this machine (DESIGN §11). Any `scheme://host` must be on the committed
 * allow-list `scripts/hosts-allowed.txt`; the hosts that this machine's clients (pip, npm, go, apt) use are refused in addition.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const urlPattern = /\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s/@"'`<>]*@)?([a-z0-9.-]+|\[[0-9a-f:]+\])/gi;

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly name: string;
}

/** Hosts in `text` that are neither allowed, loopback nor reserved for documentation (RFC 2606), and every refused name. */
export function findHosts(text: string, allowed: ReadonlySet<string>, refused: readonly string[]): { line: number; name: string }[] {
  return text.split('\n').flatMap((content, index) => {
    const hosts = [...content.matchAll(urlPattern)].map((match) => (match[1] as string).toLowerCase().replace(/\.$/, ''));
    const unknown = hosts.filter((host) => host.includes('.') && !isHarmless(host) && !allowed.has(host));
    const named = refused.filter((name) => content.includes(name));
    return [...new Set([...unknown, ...named])].map((name) => ({ line: index + 1, name }));
  });
}

function isHarmless(host: string): boolean {
  if (/^127\.|^0\.0\.0\.0$|^\[/.test(host)) return true;
  if (/^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|203\.0\.113\.|198\.51\.100\.|192\.0\.2\.)/.test(host)) return true;
  return /(^|\.)(example|test|invalid|localhost)(\.(com|org|net))?$/.test(host);
}

/** Names that the package clients of this machine use; asked of the clients, so that none stands here. */
function machineNames(): string[] {
  const ask = (command: string, args: readonly string[]): string => {
    try {
      return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      return '';
    }
  };
  const lists = ['/etc/apt/sources.list', ...directory('/etc/apt/sources.list.d')].filter((file) => existsSync(file));
  const answers = [
    ask('python3', [
      '-c',
      'from pip._internal.models.index import PyPI as p; print("https://"+p.netloc+"/ https://"+p.file_storage_domain)',
    ]),
    ask('npm', ['config', 'get', 'registry']),
    ask('go', ['env', 'GOPROXY']),
    ...lists.map((file) => readFileSync(file, 'utf8')),
  ].join('\n');
  const hosts = [...answers.matchAll(/https?:\/\/([^/\s,|]+)/g)].map((match) => match[1] as string);
  return [...new Set(hosts.filter((host) => /^[a-z0-9.-]+\.[a-z]+$/.test(host)))];
}

function directory(path: string): string[] {
  return existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [];
}

function trackedFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  return listed.split('\0').filter((file) => file !== '' && existsSync(join(root, file)) && file !== 'scripts/hosts-allowed.txt');
}

function main(): void {
  const allowed = new Set(
    readFileSync(join(root, 'scripts/hosts-allowed.txt'), 'utf8')
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim())
      .filter(Boolean),
  );
  const refused = [...machineNames(), root.replace(/\/$/, '')];
  const findings: Finding[] = trackedFiles().flatMap((file) => {
    const bytes = readFileSync(join(root, file));
    if (bytes.includes(0)) return [];
    return findHosts(bytes.toString('utf8'), allowed, refused).map((hit) => ({ file, ...hit }));
  });
  for (const hit of findings) console.error(`${hit.file}:${hit.line}: ${hit.name}`);
  if (findings.length > 0) {
    console.error(`${findings.length} names that must not be committed; a specification's site belongs into scripts/hosts-allowed.txt`);
    process.exit(1);
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) main();
