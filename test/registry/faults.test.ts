import { afterEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/digest.ts';
import { type Fault, startRegistry, type TestRegistry, type TestRegistryOptions } from './index.ts';

const started: TestRegistry[] = [];
afterEach(async () => {
  for (const registry of started.splice(0)) await registry.close();
});

async function start(options: TestRegistryOptions): Promise<{ registry: TestRegistry; at: (path: string) => string }> {
  const registry = await startRegistry(options);
  started.push(registry);
  return { registry, at: (path) => `http://${registry.host}${path}` };
}

const bytes = Buffer.from('some bytes of a blob');
const digest = digestOf(bytes);

async function upload({ at }: { at: (path: string) => string }, body: Uint8Array = bytes): Promise<Response> {
  const begun = await fetch(at('/v2/app/blobs/uploads/'), { method: 'POST' });
  return await fetch(new URL(`${begun.headers.get('location')}&digest=${digest}`, begun.url), { method: 'PUT', body });
}

describe('faults', () => {
  it('strike from their nth request on, as often as they say', async () => {
    const fault: Fault = { on: 'HEAD blob', nth: 2, times: 2, do: { kind: 'answer', status: 503 } };
    const { registry, at } = await start({ faults: [fault] });
    registry.putBlob('app', bytes);
    const statuses: number[] = [];
    for (let count = 0; count < 4; count++) statuses.push((await fetch(at(`/v2/app/blobs/${digest}`), { method: 'HEAD' })).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
  });

  it('break an upload without a trace, or after it was stored', async () => {
    const { registry, at } = await start({
      faults: [
        { on: 'PUT upload', do: { kind: 'reset', after: 3 } },
        { on: 'PUT upload', nth: 2, do: { kind: 'lose' } },
      ],
    });
    await expect(upload({ at })).rejects.toThrow();
    expect(registry.blob('app', digest)).toBeUndefined();
    await expect(upload({ at })).rejects.toThrow();
    expect(registry.blob('app', digest)).toEqual(bytes);
  });

  it('cut answers, and change them together', async () => {
    const { registry, at } = await start({
      faults: [
        { on: 'GET blob', do: { kind: 'cut', after: 4 } },
        { on: 'GET blob', nth: 2, do: { kind: 'change', headers: { 'docker-content-digest': 'wrong' } } },
        { on: 'GET blob', nth: 2, do: { kind: 'change', body: () => Buffer.from('other') } },
      ],
    });
    registry.putBlob('app', bytes);
    const get = async (): Promise<Response> => await fetch(at(`/v2/app/blobs/${digest}`));
    await expect((await get()).text()).rejects.toThrow();
    const second = await get();
    expect([second.headers.get('docker-content-digest'), await second.text()]).toEqual(['wrong', 'other']);
    expect(await (await get()).text()).toBe(bytes.toString());
  });

  it('answer before the body of a request has arrived', async () => {
    const { registry, at } = await start({ faults: [{ on: 'PUT upload', do: { kind: 'answer', status: 413, early: true } }] });
    expect((await upload({ at })).status).toBe(413);
    expect(registry.seen.at(-1)?.bytes).toBe(0);
  });
});

describe('the registry', () => {
  it('counts the bytes that it was sent', async () => {
    const { registry, at } = await start({});
    expect((await upload({ at })).status).toBe(201);
    expect(registry.seen.map((seen) => seen.bytes)).toEqual([0, bytes.length]);
    expect(registry.openUploads()).toBe(0);
  });

  it('takes an upload only at the newest Location', async () => {
    const { at } = await start({});
    await fetch(at('/v2/app/blobs/uploads/'), { method: 'POST' });
    const put = await fetch(at(`/v2/app/blobs/uploads/upload-1?digest=${digest}`), { method: 'PUT', body: bytes });
    expect(put.status).toBe(400);
  });

  it('checks the scopes of tokens, and counts their uses', async () => {
    const { registry, at } = await start({ login: 'bearer', tokens: { uses: 1 } });
    registry.putBlob('app', bytes);
    const tokenFor = async (scope: string): Promise<string> => {
      const response = await fetch(at(`/token?scope=${scope}`), { headers: { authorization: 'Basic dXNlcjpzZWNyZXQ=' } });
      return `Bearer ${((await response.json()) as { token: string }).token}`;
    };
    const post = async (authorization: string): Promise<string | number> => {
      const response = await fetch(at('/v2/app/blobs/uploads/'), { method: 'POST', headers: { authorization } });
      return response.headers.get('www-authenticate')?.replace(/.*(?=scope=)/, '') ?? response.status;
    };
    expect(await post(await tokenFor('repository:app:pull'))).toBe('scope="repository:app:pull,push",error="insufficient_scope"');
    const token = await tokenFor('repository:app:pull,push');
    expect(await post(token)).toBe(202);
    expect(await post(token)).toBe('scope="repository:app:pull,push",error="invalid_token"');
  });

  it('sends blobs by way of a storage that refuses logins', async () => {
    const { registry, at } = await start({ behaviour: { storage: 'both' } });
    expect((await upload({ at })).status).toBe(201);
    const response = await fetch(at(`/v2/app/blobs/${digest}`));
    expect([await response.text(), new URL(response.url).host]).toEqual([bytes.toString(), registry.storage.host]);
    expect((await fetch(response.url, { headers: { authorization: 'Bearer x' } })).status).toBe(400);
    expect(registry.storage.seen.map(({ method }) => method)).toEqual(['PUT', 'GET', 'GET']);
  });
});
