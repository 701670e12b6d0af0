import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunOptions } from '../../src/runtime/index.ts';
import { verifyStore } from '../../src/store/index.ts';
import { processesWith, type Started, start, until } from './command.ts';
import { freePort } from './network.ts';
import { contextAt, ended, smallImage, writable } from './smallImage.ts';

let directory: string;
let scratch: string;
let store: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-run-'));
  scratch = join(directory, 'scratch');
  store = join(directory, 'store');
  await mkdir(scratch);
  await smallImage(await contextAt(store));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const runner = join(import.meta.dirname, 'runner.ts');

function unshared(options: Partial<RunOptions>, env: Record<string, string> = {}): Started {
  return start([process.execPath, runner, store, JSON.stringify({ with: 'unshare', ...options })], { env: { TMPDIR: scratch, ...env } });
}

async function shell(script: string, options: Partial<RunOptions> = {}) {
  return unshared({ ...options, args: ['sh', '-c', script] }).ended;
}

/** Asks to stop until the container has; equal signals that arrive at once count as one. */
async function insist(running: Started) {
  const timer = setInterval(() => running.out().includes(ended) || running.kill('SIGTERM'), 100);
  return running.ended.finally(() => clearInterval(timer));
}

describe('wherry run --with unshare', () => {
  it('starts the command of the image as its user, in its directory, with its environment and -e', async () => {
    const outcome = await unshared({ env: ['TOKEN'] }, { TOKEN: 'secret-1', OTHER: 'of the host' }).ended;
    expect(outcome).toMatchObject({ status: 0, out: 'hello secret-1 1001:1001 world\n', err: '' });
    expect((await shell('env')).out.split('\n').sort()).toEqual(['', 'GREETING=hello', 'HOME=/app', 'PATH=/bin', 'PWD=/app', 'SHLVL=1']);
  });

  it('passes the exit status through, also of a command that is missing', async () => {
    expect((await shell('exit 42')).status).toBe(42);
    expect((await unshared({ args: ['no-such-command'] }).ended).status).toBe(127);
  });

  it('is process 1 and sees its own processes alone', async () => {
    expect((await shell('echo $$; ls /proc | grep -c "^[0-9]*$" || :; touch /app/x')).out.split('\n')[0]).toBe('1');
  });

  it('lets root of the image write to a root that is thrown away', async () => {
    expect((await shell('touch /app/state/x /tmp/y && echo written')).out).toBe('written\n');
    expect((await shell('ls /app/state /tmp')).out).toBe('/app/state:\n\n/tmp:\n');
  });

  it('keeps only the declared directories and /tmp writable on a read-only root', async () => {
    const script = 'touch /app/x /app/state/x /tmp/x /var/cache/small/x; stat -c "%a %u:%g %n" /app/state /var/log/small /tmp';
    const { out, err } = await shell(script, { readOnly: true, writable });
    expect(err.trim()).toBe('touch: /app/x: Read-only file system');
    expect(out).toBe('750 1001:1001 /app/state\n700 33:33 /var/log/small\n1777 0:0 /tmp\n');
  });

  it('binds volumes, read-only ones too', async () => {
    const data = join(directory, 'data');
    await mkdir(data);
    await chmod(data, 0o777);
    await writeFile(join(data, 'in'), 'from the host\n');
    const volumes = [
      { source: data, target: '/app/data', readOnly: false },
      { source: join(data, 'in'), target: '/etc/in', readOnly: true },
    ];
    const { out } = await shell('cat /etc/in; echo out > /app/data/out; echo x > /etc/in || echo refused', { volumes });
    expect(out).toBe('from the host\nrefused\n');
    expect(await readFile(join(data, 'out'), 'utf8')).toBe('out\n');
    expect(await readFile(join(data, 'in'), 'utf8')).toBe('from the host\n');
  });

  it('forwards a port to another', async () => {
    const [outer, inner] = [await freePort(), await freePort()];
    const ports = [{ address: undefined, host: outer, container: inner }] as unknown as RunOptions['ports'] & object;
    const server = unshared({ ports, args: ['httpd', '-f', '-p', `127.0.0.1:${inner}`, '-h', '/app'] });
    const fetched = () =>
      fetch(`http://127.0.0.1:${outer}/hello.txt`)
        .then((answer) => answer.text())
        .catch(() => undefined);
    await until('the server answers', async () => (await fetched()) === 'world\n');
    expect((await insist(server)).status).toBe(137);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on', async (signal) => {
    const running = unshared({
      args: ['sh', '-c', `trap "echo got ${signal}; exit 9" ${signal.slice(3)}; echo up; while :; do sleep 0.05; done`],
    });
    await until('it is up', () => running.out().includes('up'));
    running.kill(signal);
    expect(await running.ended).toMatchObject({ status: 9, out: `up\ngot ${signal}\n` });
  });

  it('kills what does not listen at the third request', async () => {
    const running = unshared({ args: ['sh', '-c', 'echo up; exec sleep 7200.1'] });
    await until('it is up', () => running.out().includes('up') && processesWith('sleep 7200.1').length > 1);
    expect((await insist(running)).status).toBe(137);
    expect(processesWith('sleep 7200.1')).toEqual([]);
  });

  it('leaves no process when it is killed itself, and the next run cleans up', async () => {
    const running = unshared({ args: ['sh', '-c', 'echo up; while :; do sleep 7200.2 & wait; done'] });
    await until('it is up', () => running.out().includes('up'));
    running.kill('SIGKILL');
    await until('the container ends', () => processesWith('sleep 7200.2').length === 0);
    expect(await readdir(scratch)).toHaveLength(1);
    await shell('true');
    expect(await readdir(scratch)).toEqual([]);
  });

  it('shows no variable in any argument', async () => {
    const running = unshared({ env: ['TOKEN=secret-in-no-argument'], args: ['sh', '-c', 'echo up; exec sleep 7200.3'] }, {});
    await until('it is up', () => running.out().includes('up'));
    // The one hit is the test's own runner, which is given its options as an argument.
    expect(processesWith('secret-in-no-argument')).toEqual([running.pid]);
    await insist(running);
  });

  it('never changes the store', async () => {
    expect(await verifyStore(store)).toMatchObject({ blobs: 4, layers: 2, documents: 1, problems: [] });
  });

  it('runs for an ordinary user, who becomes uid 0 of the container', async () => {
    const home = join(directory, 'nobody');
    await mkdir(home);
    const own = join(home, 'store');
    await smallImage(await contextAt(own));
    await start(['chown', '-R', '65534:65534', home]).ended;
    await chmod(directory, 0o755);
    const options = JSON.stringify({
      with: 'unshare',
      readOnly: true,
      writable,
      args: ['sh', '-c', 'id -u; touch /app/state/x && echo written; touch /app/x'],
    });
    const command = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, runner, own, options];
    const { out, err } = await start(command, { env: { TMPDIR: home, HOME: home } }).ended;
    expect(out).toBe('0\nwritten\n');
    expect(err).toContain('/app/x: Read-only file system');
    expect((await readdir(home)).filter((name) => name.startsWith('wherry-run'))).toEqual([]);
  });
});
