import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { selfSigned } from '../../../test/certificate.ts';
import type { Fault, TestRegistry } from '../../../test/registry/index.ts';
import { connectRegistry, startForTest } from '../../../test/registry-client.ts';
import { digestOf } from '../../digest.ts';
import { ToolError } from '../../errors/index.ts';
import { type BlobUpload, parseReference } from '../index.ts';
import { registrySettings } from '../route/settings.ts';

const bytes = Buffer.alloc(1 << 20, 'wherry');
const blob = { digest: digestOf(bytes), size: bytes.length };

function upload(more: Partial<BlobUpload> = {}): BlobUpload & { opened(): number } {
  let opened = 0;
  const open = async (): Promise<Readable> => {
    opened++;
    return Readable.from([bytes.subarray(0, 300_000), bytes.subarray(300_000)]);
  };
  return { blob, open, opened: () => opened, ...more };
}

const app = (server: TestRegistry, name = 'app') => parseReference(`${server.host}/${name}`);
const lines = ({ seen }: Pick<TestRegistry, 'seen'>) =>
  seen.map(({ method, url }) => `${method} ${url.replace(/[0-9a-f]{64}/g, 'HEX').replace(/upload-\d+/, 'ID')}`);
const say = (status: number, code?: string, headers: Record<string, string> = {}): Fault['do'] => ({
  kind: 'answer',
  status,
  headers,
  body: code === undefined ? '<html>\x1b[31m' : JSON.stringify({ errors: [{ code, message: 'words' }] }),
});

describe('a blob', () => {
  it('is looked for, then sent with its length to the session as it was named', async () => {
    const server = await startForTest();
    expect(await connectRegistry().registry.putBlob(app(server), upload())).toEqual({ how: 'uploaded', bytesSent: bytes.length });
    expect(lines(server)).toEqual([
      'HEAD /v2/app/blobs/sha256:HEX',
      'POST /v2/app/blobs/uploads/',
      'PUT /v2/app/blobs/uploads/ID?_state=1%2B0%2F%3D&digest=sha256%3AHEX',
    ]);
    expect(server.seen[2]?.headers).toMatchObject({ 'content-length': String(bytes.length), 'content-type': 'application/octet-stream' });
    expect(server.seen[2]?.headers).not.toHaveProperty('transfer-encoding');
    expect(server.blob('app', blob.digest)).toEqual(bytes);
  });

  it('that is there is not opened', async () => {
    const server = await startForTest();
    server.putBlob('app', bytes);
    const present = upload();
    expect(await connectRegistry().registry.putBlob(app(server), present)).toEqual({ how: 'present', bytesSent: 0 });
    expect([present.opened(), lines(server).length]).toEqual([0, 1]);
  });

  it('that is new is not looked for', async () => {
    const server = await startForTest();
    await connectRegistry().registry.putBlob(app(server), upload({ isNew: true }));
    expect(server.count(/^HEAD/)).toBe(0);
  });

  it('without bytes can be sent', async () => {
    const server = await startForTest();
    const empty = { digest: digestOf(''), size: 0 };
    const sent = await connectRegistry().registry.putBlob(app(server), { blob: empty, open: async () => Readable.from([]) });
    expect(sent).toEqual({ how: 'uploaded', bytesSent: 0 });
    expect(server.blob('app', empty.digest)).toHaveLength(0);
  });

  it('is sent once by callers at the same time, and again after a failure of the first', async () => {
    const server = await startForTest();
    const { registry, context } = connectRegistry();
    const other = connectRegistry({ http: context.http });
    const outcomes = await Promise.all([registry, registry, other.registry].map((one) => one.putBlob(app(server), upload())));
    expect(outcomes.map(({ bytesSent }) => bytesSent)).toEqual([bytes.length, 0, 0]);
    expect(server.count(/^PUT/)).toBe(1);
    const failing = upload({ open: async () => Promise.reject(new Error('disk')), blob: { digest: digestOf('b'), size: 1 } });
    const working = { ...failing, open: async () => Readable.from([Buffer.from('b')]) };
    const settled = await Promise.allSettled([failing, working].map((one) => registry.putBlob(app(server), one)));
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it.each([403, 405, 400])('is sent where looking for it gives %i', async (status) => {
    const server = await startForTest({ behaviour: { missingHead: status } });
    expect(await connectRegistry().registry.putBlob(app(server), upload())).toMatchObject({ how: 'uploaded' });
  });

  it('tells how much of it went out', async () => {
    const server = await startForTest();
    let sent = 0;
    const onSent = (count: number): void => {
      sent += count;
    };
    await connectRegistry().registry.putBlob(app(server), upload({ onSent }));
    expect(sent).toBe(bytes.length);
  });

  it('counts as stored when the first POST says so', async () => {
    const server = await startForTest({ faults: [{ on: 'POST uploads', do: say(201) }] });
    expect(await connectRegistry().registry.putBlob(app(server), upload())).toEqual({ how: 'present', bytesSent: 0 });
  });

  it.each([200, 202, 204])('counts as stored when PUT gives %i', async (status) => {
    const server = await startForTest({ faults: [{ on: 'PUT upload', do: { kind: 'change', status } }] });
    expect(await connectRegistry().registry.putBlob(app(server), upload())).toMatchObject({ how: 'uploaded' });
  });

  it('that the registry confirms under another digest is an error, at once', async () => {
    const change = { kind: 'change', headers: { 'docker-content-digest': digestOf('other') } } as const;
    const server = await startForTest({ faults: [{ on: 'PUT upload', times: 9, do: change }] });
    await expect(connectRegistry().registry.putBlob(app(server), upload())).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    expect(server.count(/^PUT/)).toBe(1);
  });
});

describe('a mount', () => {
  const mountFrom = ['team/base', 'team/base', 'app'].map((repository) => ({ registry: '', repository }));
  const from = (server: TestRegistry) => [
    { registry: 'other.example', repository: 'elsewhere' },
    ...mountFrom.map((source) => ({ ...source, registry: server.host })),
  ];

  it('saves the bytes, and comes from the same registry only', async () => {
    const server = await startForTest();
    server.putBlob('team/base', bytes);
    const mounted = upload({ mountFrom: from(server) });
    expect(await connectRegistry().registry.putBlob(app(server), mounted)).toEqual({ how: 'mounted', bytesSent: 0 });
    expect(mounted.opened()).toBe(0);
    expect(lines(server)).toEqual(['HEAD /v2/app/blobs/sha256:HEX', 'POST /v2/app/blobs/uploads/?mount=sha256%3AHEX&from=team%2Fbase']);
  });

  it('that was not done leaves a session, which is used', async () => {
    const server = await startForTest({ behaviour: { mount: 'never' } });
    expect(await connectRegistry().registry.putBlob(app(server), upload({ mountFrom: from(server) }))).toMatchObject({ how: 'uploaded' });
    expect(server.count(/^POST/)).toBe(1);
    expect(server.openUploads()).toBe(0);
  });

  it('is tried with the likeliest sources, from their own repository never', async () => {
    const server = await startForTest({ faults: [{ on: 'POST mount', times: 9, do: say(404) }] });
    const names = ['a', 'app', 'b', 'a', 'c', 'd'];
    const mountFrom = names.map((repository) => ({ registry: server.host, repository }));
    await connectRegistry().registry.putBlob(app(server), upload({ mountFrom }));
    const asked = server.seen.flatMap(({ url }) => new URL(url, 'http://x').searchParams.getAll('from'));
    expect(asked).toEqual(['a', 'b', 'c']);
  });

  it.each([400, 401, 403, 404, 405, 500])('that gives %i is not the end', async (status) => {
    const server = await startForTest({ faults: [{ on: 'POST mount', times: 9, do: say(status) }] });
    expect(await connectRegistry().registry.putBlob(app(server), upload({ mountFrom: from(server) }))).toMatchObject({ how: 'uploaded' });
  });

  it('is tried again after a fault that may pass', async () => {
    const server = await startForTest({ faults: [{ on: 'POST mount', do: say(503) }] });
    server.putBlob('team/base', bytes);
    expect(await connectRegistry().registry.putBlob(app(server), upload({ mountFrom: from(server) }))).toMatchObject({ how: 'mounted' });
  });
});

describe('a fault', () => {
  it.each([408, 429, 499, 500, 502, 503, 504, 522].map((status) => [status]))('%i on the way begins again', async (status) => {
    const faults = (['HEAD blob', 'POST uploads', 'PUT upload'] as const).map((on) => ({ on, do: say(status) }));
    const server = await startForTest({ faults });
    const { registry, waits } = connectRegistry();
    const again = upload();
    expect(await registry.putBlob(app(server), again)).toEqual({ how: 'uploaded', bytesSent: 2 * bytes.length });
    expect([waits.length, again.opened(), server.count(/^HEAD/)]).toEqual([3, 2, 4]);
    // The session of the failed try is given up.
    expect([server.count(/^DELETE/), server.openUploads()]).toEqual([1, 0]);
  });

  it.each(['BLOB_UPLOAD_INVALID', 'BLOB_UPLOAD_UNKNOWN', 'TOOMANYREQUESTS', 'UNKNOWN', 'UNAVAILABLE'])('%s begins again', async (code) => {
    const server = await startForTest({ faults: [{ on: 'PUT upload', do: say(400, code) }] });
    expect(await connectRegistry().registry.putBlob(app(server), upload())).toMatchObject({ how: 'uploaded' });
  });

  it('waits as long as Retry-After says, in seconds or until a date', async () => {
    const date = new Date(Date.now() + 30_000).toUTCString();
    const server = await startForTest({
      faults: [
        { on: 'POST uploads', do: say(429, 'TOOMANYREQUESTS', { 'retry-after': '7' }) },
        { on: 'POST uploads', nth: 2, do: say(429, undefined, { 'retry-after': date }) },
        { on: 'POST uploads', nth: 3, do: say(503, undefined, { 'retry-after': '86400' }) },
      ],
    });
    const { registry, waits } = connectRegistry();
    await registry.putBlob(app(server), upload());
    expect(waits.map((wait) => Math.floor(wait / 20_000))).toEqual([0, 1, 3]);
    expect(waits[0]).toBeGreaterThanOrEqual(7000);
  });

  it.each([0, 100_000, 1 << 20])('of the connection after %i bytes begins again', async (after) => {
    const server = await startForTest({ faults: [{ on: 'PUT upload', do: { kind: 'reset', after } }] });
    const { registry, events } = connectRegistry();
    expect(await registry.putBlob(app(server), upload())).toMatchObject({ how: 'uploaded' });
    expect(server.blob('app', blob.digest)).toEqual(bytes);
    expect(events).toMatchObject([{ type: 'note', message: expect.stringContaining('trying again') }]);
  });

  it('that loses only the answer is found out by looking', async () => {
    const server = await startForTest({ faults: [{ on: 'PUT upload', do: { kind: 'lose' } }] });
    const once = upload({ isNew: true });
    expect(await connectRegistry().registry.putBlob(app(server), once)).toEqual({ how: 'uploaded', bytesSent: bytes.length });
    expect(once.opened()).toBe(1);
  });

  it('of the connection while the first POST runs begins again', async () => {
    const server = await startForTest({ faults: [{ on: 'POST uploads', do: { kind: 'lose' } }] });
    expect(await connectRegistry().registry.putBlob(app(server), upload({ isNew: true }))).toMatchObject({ how: 'uploaded' });
  });

  it('that stays ends after six tries, with the words of the registry', async () => {
    const server = await startForTest({ faults: [{ on: 'POST uploads', times: 99, do: say(503, 'UNAVAILABLE') }] });
    const { registry, waits } = connectRegistry();
    await expect(registry.putBlob(app(server), upload())).rejects.toMatchObject({
      code: 'REGISTRY_PROTOCOL',
      message: `cannot start the upload of blob ${blob.digest.slice(7, 19)} of ${server.host}/app: status 503`,
      details: ['the registry says: UNAVAILABLE words'],
    });
    expect(waits).toHaveLength(5);
  });

  it('ends when the tries took too long', async () => {
    const server = await startForTest({ faults: [{ on: 'POST uploads', times: 99, do: say(503) }] });
    const clock = vi.spyOn(Date, 'now');
    const wait = async (): Promise<void> => void clock.mockReturnValue(Number.MAX_SAFE_INTEGER);
    onTestFinished(async () => clock.mockRestore());
    await expect(connectRegistry({ wait }).registry.putBlob(app(server), upload())).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    expect(server.count(/^POST/)).toBe(2);
  });

  it.each([
    [401, 'REGISTRY_AUTH', /wherry login 127/],
    [403, 'REGISTRY_DENIED', /wherry login 127/],
    [413, 'REGISTRY_TOO_LARGE', /limit/],
    [404, 'REGISTRY_NOT_FOUND', /spelling/],
  ] as const)('%i is told at once, even before the bytes were read', async (status, code, hint) => {
    for (const early of [true, false]) {
      const server = await startForTest({ faults: [{ on: 'PUT upload', do: { ...say(status, 'X'), early } as Fault['do'] }] });
      await expect(connectRegistry().registry.putBlob(app(server), upload())).rejects.toMatchObject({
        code,
        hint: expect.stringMatching(hint),
        details: ['the registry says: X words'],
        exitStatus: 2,
      });
      expect(server.count(/^PUT/)).toBe(1);
      expect(server.openUploads()).toBe(0);
    }
  });

  it('500 before the bytes were read begins again', async () => {
    const server = await startForTest({ faults: [{ on: 'PUT upload', do: { ...say(500), early: true } as Fault['do'] }] });
    expect(await connectRegistry().registry.putBlob(app(server), upload())).toMatchObject({ how: 'uploaded' });
  });

  it("of the bytes' own source is thrown as it is, at once, and the upload is cancelled", async () => {
    const damaged = new ToolError('STORE_DAMAGED', 'the blob is broken');
    const open = async (): Promise<Readable> =>
      Readable.from(
        (async function* () {
          yield bytes.subarray(0, 100_000);
          throw damaged;
        })(),
      );
    const server = await startForTest();
    await expect(connectRegistry().registry.putBlob(app(server), upload({ open }))).rejects.toBe(damaged);
    const missing = upload({ open: async () => Promise.reject(damaged) });
    await expect(connectRegistry().registry.putBlob(app(server), missing)).rejects.toBe(damaged);
    expect([server.count(/^PUT/), server.count(/^DELETE/), server.openUploads()]).toEqual([1, 2, 0]);
  });

  it.each([
    ['too few', bytes.subarray(1)],
    ['too many', Buffer.concat([bytes, bytes])],
  ])('of %s bytes is thrown', async (_what, other) => {
    const server = await startForTest();
    const open = async (): Promise<Readable> => Readable.from([other]);
    await expect(connectRegistry().registry.putBlob(app(server), upload({ open }))).rejects.toThrow(/instead of|more than/);
    expect(server.blob('app', blob.digest)).toBeUndefined();
  });
});

describe('giving up', () => {
  it('ends the request, closes the source and cancels the upload', async () => {
    const server = await startForTest();
    const abort = new AbortController();
    const source = new Readable({ read() {} });
    const onSent = (): void => abort.abort(new Error('stop'));
    source.push(bytes.subarray(0, 65_536));
    const giving = connectRegistry({ signal: abort.signal }).registry.putBlob(app(server), upload({ open: async () => source, onSent }));
    await expect(giving).rejects.toThrow('stop');
    expect(source.destroyed).toBe(true);
    expect([server.count(/^DELETE/), server.openUploads()]).toEqual([1, 0]);
  });

  it('does not wait for a registry that does not answer', async () => {
    const server = await startForTest({ faults: [{ on: 'PUT upload', times: 9, do: { kind: 'hang' } }] });
    const { registry } = connectRegistry({ timeouts: { send: 50, answer: 50 } });
    await expect(registry.putBlob(app(server), upload({ isNew: true }))).rejects.toMatchObject({
      code: 'NETWORK_TIMEOUT',
      message: expect.stringMatching(/^cannot upload blob [0-9a-f]{12} of 127.*\/app: no answer in time from http:.*\?…$/),
    });
    expect(server.count(/^PUT/)).toBe(6);
  });
});

describe('a session elsewhere', () => {
  it('is used by its absolute URL', async () => {
    const server = await startForTest({ behaviour: { locations: 'absolute' } });
    expect(await connectRegistry().registry.putBlob(app(server), upload())).toMatchObject({ how: 'uploaded' });
  });

  it('never sees the login', async () => {
    const server = await startForTest({
      login: 'bearer',
      behaviour: { storage: 'write' },
      tokens: { grant: (_repository, actions) => actions },
    });
    expect(await connectRegistry().registry.putBlob(app(server), upload())).toMatchObject({ how: 'uploaded' });
    expect(server.storage.seen.map(({ method, headers }) => [method, headers.authorization])).toEqual([['PUT', undefined]]);
    expect(server.seen.at(-1)?.headers.authorization).toMatch(/^Bearer /);
  });

  it('that a proxy hides behind https is asked by https', async () => {
    const server = await startForTest({ tls: selfSigned() });
    const location = `http://${server.host}/v2/app/blobs/uploads/upload-1?_state=1%2B0%2F%3D`;
    server.fault({ on: 'POST uploads', do: { kind: 'change', headers: { location } } });
    const { registry } = connectRegistry({ registries: registrySettings({}, [server.host]) });
    expect(await registry.putBlob(app(server), upload())).toMatchObject({ how: 'uploaded' });
  });

  it('may be reached by a redirect that keeps the body', async () => {
    const other = await startForTest();
    const location = `http://${other.host}/v2/app/blobs/uploads/upload-1?_state=1%2B0%2F%3D&digest=${blob.digest}`;
    await fetch(`http://${other.host}/v2/app/blobs/uploads/`, { method: 'POST' });
    const server = await startForTest({
      faults: [{ on: 'PUT upload', do: { kind: 'answer', status: 307, headers: { location }, early: true } }],
    });
    const twice = upload();
    expect(await connectRegistry().registry.putBlob(app(server), twice)).toMatchObject({ how: 'uploaded' });
    expect(other.blob('app', blob.digest)).toEqual(bytes);
    expect(twice.opened()).toBe(2);
  });

  it.each([
    ['http://storage.example/x?signature=SECRET', 'NETWORK_REFUSED_URL'],
    ['https://user:SECRET@', 'NETWORK_PROTOCOL'],
    [undefined, 'NETWORK_PROTOCOL'],
  ])('is refused at %s', async (location, code) => {
    const server = await startForTest({ faults: [{ on: 'POST uploads', do: { kind: 'change', headers: { location } } }] });
    const refused = connectRegistry().registry.putBlob(app(server), upload());
    await expect(refused).rejects.toMatchObject({ code, message: expect.not.stringContaining('SECRET') });
    expect(server.count(/^PUT/)).toBe(0);
  });
});
