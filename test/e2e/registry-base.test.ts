import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWherryLock } from '../../src/resolve/index.ts';
import { makeIndex, publish, type TestImage } from '../images.ts';
import { startRegistry } from '../registry/index.ts';
import { run as runProgram, start } from './command.ts';
import { indexLogin, type PrivateIndex, startPrivateIndex, writeGreeter } from './greeter.ts';
import { push, pythonBase } from './pythonBase.ts';
import { type Distribution, startDistribution } from './registries.ts';
import { digestIn, filesBelow, type Outcome, wherry } from './wherry.ts';

const secrets = [indexLogin.password, 'secret', Buffer.from('user:secret').toString('base64'), 'token-of-the-test-registry'];
let work = '';
let index: PrivateIndex;
let real: Distribution;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'wherry-registry-base-'));
  index = await startPrivateIndex();
  real = await startDistribution(join(work, 'registry'));
  await logIn('login', real.host);
});
afterAll(async () => {
  await real?.stop();
  await index?.close();
  await rm(work, { recursive: true, force: true });
});

/** A directory with a config.json as `docker login` writes it. */
async function logIn(name: string, host: string, password = 'secret'): Promise<string> {
  const directory = join(work, name);
  await mkdir(directory, { recursive: true });
  const auth = Buffer.from(`user:${password}`).toString('base64');
  await writeFile(join(directory, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  return directory;
}

/** Where a base lies, and what was asked of that place. */
interface Place {
  readonly reference: string;
  readonly login: string;
  readonly image: TestImage;
  requests(): readonly string[];
  close(): Promise<void>;
}

async function inDockerRegistry(docker: boolean): Promise<Place> {
  const image = await pythonBase();
  const reference = `${real.host}/python:3.11-${docker ? 'docker' : 'oci'}`;
  await push(image, { directory: join(work, `layout-${docker}`), reference, docker });
  const before = real.requests().length;
  return { reference, login: join(work, 'login'), image, requests: () => real.requests().slice(before), close: async () => undefined };
}

async function inMemory(docker: boolean): Promise<Place> {
  const registry = await startRegistry({ login: 'bearer', anonymous: false });
  const image = await pythonBase({ docker });
  publish(registry, 'team/python', { image });
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const bytes = makeIndex([{ image, architecture }]);
  registry.putManifest('team/python', { bytes, mediaType: 'application/vnd.oci.image.index.v1+json', tags: ['3.11'] });
  const requests = (): string[] => registry.seen.map(({ method, url }) => `${method} ${url}`);
  const login = await logIn(`login-${docker}`, registry.host);
  return { reference: `${registry.host}/team/python:3.11`, login, image, requests, close: registry.close };
}

/** A project with its own store and home. */
class Workplace {
  readonly directory: string;
  readonly project: string;

  constructor(name: string) {
    this.directory = join(work, name);
    this.project = join(this.directory, 'project');
  }

  /** Without bytecode, which says nothing of bases, and takes an interpreter that each new store has to fetch. */
  async write(settings: string, bytecode = 'none'): Promise<this> {
    await writeGreeter(this.project, { index, wherry: `${settings}\nbytecode = "${bytecode}"` });
    return this;
  }

  /** Runs a command with a store; no credential may show in what it prints or writes. */
  async run(args: readonly string[], { store = 'store', login }: { readonly store?: string; readonly login: string }): Promise<Outcome> {
    const env = { HOME: this.directory, DOCKER_CONFIG: login, WHERRY_CACHE_DIR: this.store(store), ...index.env };
    const outcome = await wherry([...args, this.project], { env });
    for (const secret of secrets) expect(`${outcome.out}${outcome.err}`).not.toContain(secret);
    return outcome;
  }

  async good(args: readonly string[], options: { readonly store?: string; readonly login: string }): Promise<Outcome> {
    const outcome = await this.run(args, options);
    expect(outcome, outcome.err).toMatchObject({ status: 0 });
    return outcome;
  }

  store(name: string): string {
    return join(this.directory, name);
  }
}

function blobsIn(directory: string): string[] {
  return filesBelow(directory).map((file) => `sha256:${basename(file)}`);
}

describe.each([
  ['docker-registry, OCI media types, Basic', () => inDockerRegistry(false)],
  ["docker-registry, Docker's media types, Basic", () => inDockerRegistry(true)],
  ['a registry with an index and a token server, OCI media types', () => inMemory(false)],
  ["a registry with an index and a token server, Docker's media types", () => inMemory(true)],
])('a base in %s', (name, open) => {
  let place: Place;
  let site: Workplace;
  const login = (): { login: string } => ({ login: place.login });
  const lockFile = (): string => join(site.project, 'wherry.lock');

  beforeAll(async () => {
    place = await open();
    site = await new Workplace(name.replace(/\W+/g, '-')).write(`base = "${place.reference}"`);
    await site.good(['lock'], login());
  });
  afterAll(() => place?.close());

  /** Requests that a command sends to the registry. */
  async function requestsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
    const before = place.requests().length;
    await work();
    return place.requests().slice(before);
  }

  it('is read once, by streaming, into wherry.lock', async () => {
    const gets = place.requests().filter((request) => /^GET .*\/blobs\//.test(request));
    expect(new Set(gets).size).toBe(gets.length);
    expect(gets).toHaveLength(place.image.blobs.length);
    const [entry] = (await readWherryLock(site.project)).bases;
    expect(entry).toMatchObject({
      kind: 'image',
      facts: {
        python: { path: '/usr/bin/python3.11', version: expect.stringMatching(/^3\.11\.\d+$/) },
        libc: { kind: 'glibc', version: '2.36' },
        shell: true,
        packages: expect.arrayContaining([expect.stringMatching(/^libc6=2\.36-/), expect.stringMatching(/^python3\.11=3\.11\./)]),
        sonames: expect.arrayContaining(['libc.so.6', 'libssl.so.3', 'libz.so.1']),
        passwd: expect.stringContaining('nobody:x:65534:65534:'),
        config: { labels: { 'org.example.base': 'yes' }, exposedPorts: ['9000/tcp'], volumes: ['/var/lib/base'] },
      },
    });
    expect(filesBelow(site.store('store')).filter((file) => file.includes('blobs'))).toEqual([]);
  });

  it('is not asked for again by plan and by a build without a sink', async () => {
    const requests = await requestsOf(async () => {
      await site.good(['plan', '--locked'], login());
      await site.good(['build', '--locked'], { ...login(), store: 'built' });
    });
    expect(requests.filter((request) => request.includes('/blobs/'))).toEqual([]);
    expect(requests.length).toBeLessThanOrEqual(2);
  });

  it('is streamed through to a layout and never stored', async () => {
    const out = site.store('out');
    const requests = await requestsOf(() => site.good(['build', '--locked', '--oci', out], { ...login(), store: 'built' }));
    const bases = (await readWherryLock(site.project)).bases;
    const content = bases[0]?.kind === 'image' ? bases[0].facts.content : undefined;
    const layers = content?.kind === 'registry' ? content.layers.map(({ digest }) => digest as string) : [];
    expect(layers).toHaveLength(2);
    expect(blobsIn(out)).toEqual(expect.arrayContaining(layers));
    expect(blobsIn(site.store('built')).filter((digest) => layers.includes(digest))).toEqual([]);
    const asked = requests.filter((request) => request.includes('/blobs/')).map((request) => request.replace(/.*\/blobs\//, ''));
    expect([...new Set(asked)].toSorted()).toEqual(layers.toSorted());
    // Layers are read side by side, so that each may meet the registry's challenge before the first has answered it.
    expect(asked.length).toBeLessThanOrEqual(2 * layers.length);
    const checked = await wherry(['inspect', '--check', `oci:${out}`], { env: { HOME: site.directory } });
    expect(checked, checked.out).toMatchObject({ status: 0 });
    await runProgram(['skopeo', '--insecure-policy', 'copy', '--quiet', `oci:${out}`, `oci:${out}-copy`]);
  });

  it('gives one digest with the store empty, full, or with nothing but its facts', async () => {
    const digests = [];
    for (const store of ['fresh-1', 'fresh-1', 'fresh-2', 'built']) {
      digests.push(digestIn((await site.good(['build', '--locked'], { ...login(), store })).out));
    }
    const again = await new Workplace(`${basename(site.directory)}-again`).write(`base = "${place.reference}"`);
    digests.push(digestIn((await again.good(['build'], login())).out));
    expect(await readFile(join(again.project, 'wherry.lock'), 'utf8')).toBe(await readFile(lockFile(), 'utf8'));
    expect(new Set(digests).size).toBe(1);
  });

  it('keeps its environment, labels, ports and volumes, and nothing else', async () => {
    const { out } = await wherry(['inspect', '--json', `oci:${site.store('out')}`], { env: { HOME: site.directory } });
    const { config } = (JSON.parse(out) as { config: { config: Record<string, unknown> } }).config;
    expect(config).toMatchObject({
      Cmd: ['python', 'main.py'],
      Env: expect.arrayContaining(['BASE_SAYS=a=b "c" $d', 'LANG=C.UTF-8', 'VIRTUAL_ENV=/app/.venv']),
      Labels: { 'org.example.base': 'yes' },
      ExposedPorts: { '9000/tcp': {} },
      Volumes: { '/var/lib/base': {} },
      User: '1001:1001',
      WorkingDir: '/app',
      StopSignal: 'SIGINT',
    });
    expect(JSON.stringify(config)).not.toContain('entrypoint-of-the-base');
  });

  it('keeps credentials out of everything that is written', async () => {
    const files = [lockFile(), ...filesBelow(site.store('built')), ...filesBelow(site.store('out'))];
    const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')));
    // The word alone may occur in a base; the login as it is sent may not.
    for (const secret of secrets.filter((text) => text !== 'secret')) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  });

  it('cannot be read with another password, and says what to do', async () => {
    const host = place.reference.split('/')[0] as string;
    const wrong = await logIn(`wrong-${basename(site.directory)}`, host, 'not-the-password');
    const other = await new Workplace(`${basename(site.directory)}-wrong`).write(`base = "${place.reference}"`);
    const outcome = await other.run(['build'], { login: wrong });
    expect(outcome).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringMatching(/error\[REGISTRY_AUTH\][\s\S]*\nhint: .*wherry login/),
    });
    expect(outcome.err).not.toContain('not-the-password');
  });
});

describe('a base that does not fit', () => {
  let place: Place;
  beforeAll(async () => {
    place = await inDockerRegistry(false);
  });

  async function refused(name: string, settings: string, image?: TestImage): Promise<Outcome & { requests: readonly string[] }> {
    const site = await new Workplace(name).write(settings);
    if (image !== undefined)
      await push(image, { directory: join(work, `layout-${name}`), reference: `${real.host}/${name}:1`, docker: false });
    const before = real.requests().length;
    const outcome = await site.run(['build', '--oci', site.store('out')], { login: place.login });
    expect(outcome.out).toBe('');
    return { ...outcome, requests: real.requests().slice(before) };
  }

  it('has another Python: BASE_PYTHON_MISMATCH', async () => {
    const { status, err } = await refused('mismatch', `base = "${place.reference}"\npython = "3.13"`);
    expect({ status, err }).toMatchObject({
      status: 1,
      err: expect.stringMatching(/error\[BASE_PYTHON_MISMATCH\].*3\.11\.\d+, but 3\.13 is wanted/),
    });
    expect(err).toMatch(/\nhint: set base = "debian:13"/);
  });

  it('has no shell, which a start command needs: BASE_NO_SHELL', async () => {
    const command = 'command = ["sh", "-c", "exec python main.py"]';
    const image = await pythonBase({ shell: false });
    const { status, err } = await refused('bare', `base = "${real.host}/bare:1"\n${command}`, image);
    expect({ status, err }).toMatchObject({
      status: 1,
      err: expect.stringMatching(/error\[BASE_NO_SHELL\]: the start command needs a shell/),
    });
    expect(err).toMatch(/\nhint: call the program itself/);
    const direct = await new Workplace('direct').write(`base = "${real.host}/bare:1"`);
    expect(await direct.run(['build'], { login: place.login })).toMatchObject({ status: 0 });
    const withShell = await new Workplace('with-shell').write(`base = "${place.reference}"\n${command}`);
    expect(await withShell.run(['build'], { login: place.login })).toMatchObject({ status: 0 });
  });

  it('is not there: REGISTRY_NOT_FOUND', async () => {
    const { status, err } = await refused('missing', `base = "${real.host}/python:no-such-tag"`);
    expect({ status, err }).toMatchObject({ status: 2, err: expect.stringContaining('error[REGISTRY_NOT_FOUND]') });
  });
});

it.runIf(process.getuid?.() === 0)('a container of such an image runs, and starting it changes no lock', async () => {
  const place = await inDockerRegistry(true);
  const site = await new Workplace('container').write(`base = "${place.reference}"`, 'all');
  await site.good(['build'], { login: place.login });
  const before = await readFile(join(site.project, 'wherry.lock'), 'utf8');
  const outcome = await site.good(['run', '--with', 'unshare'], { login: place.login });
  expect(outcome.out).toBe('hello from a wheel\n');
  expect(await readFile(join(site.project, 'wherry.lock'), 'utf8')).toBe(before);
});

it('is named by the image, so that regctl can tell whether it is outdated', async () => {
  const [base, reference] = [`${real.host}/changing:1`, `${real.host}/team/site:1`];
  const publishBase = async (image: TestImage): Promise<void> =>
    await push(image, { directory: join(work, 'layout-changing'), reference: base, docker: false });
  const regctl = ['regctl', '--host', `reg=${real.host},user=user,pass=secret,tls=disabled`];
  const checked = async (): Promise<number | null> =>
    (await start([...regctl, 'image', 'check-base', reference], { env: { HOME: work } }).ended).status;
  await publishBase(await pythonBase());
  const site = await new Workplace('outdated').write(`base = "${base}"`);
  await site.good(['build', '--push', '-t', reference], { login: join(work, 'login') });
  expect(await checked()).toBe(0);
  await publishBase(await pythonBase({ shell: false }));
  expect(await checked()).not.toBe(0);
});

it('never lets a layer through that is not the one in wherry.lock', async () => {
  let lie = false;
  const registry = await startRegistry({
    intercept: (request, response) => {
      if (!lie || request.method !== 'GET' || !request.url?.includes('/blobs/')) return false;
      response.writeHead(200).end(Buffer.alloc(1000));
      return true;
    },
  });
  try {
    publish(registry, 'python', { image: await pythonBase(), tags: ['3'] });
    const site = await new Workplace('lie').write(`base = "${registry.host}/python:3"`);
    await site.good(['build'], { login: work });
    lie = true;
    const outcome = await site.run(['build', '--oci', site.store('out')], { login: work });
    expect(outcome).toMatchObject({ status: 2, out: '', err: expect.stringContaining('error[REGISTRY_PROTOCOL]') });
    expect(filesBelow(site.directory).filter((file) => file.endsWith('index.json'))).toEqual([]);
    lie = false;
    await site.good(['build', '--oci', site.store('out')], { login: work });
  } finally {
    await registry.close();
  }
});
