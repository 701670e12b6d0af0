import { describe, expect, it } from 'vitest';
import { selfSigned } from '../../../test/certificate.ts';
import { makeImage, publish } from '../../../test/images.ts';
import type { TestRegistry, TestRegistryOptions } from '../../../test/registry/index.ts';
import { startForTest } from '../../../test/registry-client.ts';
import type { WherryEvent } from '../../events.ts';
import { createHttp } from '../../http/index.ts';
import { createRegistry, parseReference } from '../index.ts';
import { type RegistrySettings, registrySettings } from './settings.ts';

async function start(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const server = await startForTest(options);
  publish(server, 'app', { image, tags: ['1'] });
  return server;
}

const image = await makeImage({ layers: [[{ path: 'a', content: 'a' }]] });

function connect(registries: RegistrySettings) {
  const events: WherryEvent[] = [];
  const http = createHttp({ env: {}, wait: async () => {} });
  const context = {
    http,
    env: {},
    registries,
    emit: (event: WherryEvent) => void events.push(event),
    signal: new AbortController().signal,
  };
  return { context, events, registry: createRegistry(context) };
}

describe('an insecure host', () => {
  it('is asked by https whatever its certificate, tokens too', async () => {
    const server = await start({ tls: selfSigned(), login: 'bearer' });
    const reference = parseReference(`${server.host}/app:1`);
    const { registry, events } = connect(registrySettings({}, [server.host]));
    expect((await registry.getManifest(reference)).descriptor.digest).toBe(image.digest);
    expect(server.count(/^GET \/token/)).toBe(1);
    expect(events).toEqual([]);
  });

  it('is asked by plain http if it has no https, which is found out once', async () => {
    const server = await start();
    const reference = parseReference(`${server.host}/app:1`);
    const { registry, context, events } = connect(registrySettings({ WHERRY_INSECURE: ` ${server.host},other.example` }));
    await Promise.all([registry.getManifest(reference), createRegistry(context).getManifest(reference)]);
    expect(server.seen.map(({ url }) => url)).toEqual(['/v2/app/manifests/1', '/v2/app/manifests/1']);
    expect(events).toEqual([{ type: 'note', message: expect.stringContaining('by plain http') }]);
  });

  it('does not make another one insecure', async () => {
    const server = await start({ tls: selfSigned() });
    const port = server.host.split(':')[1];
    const http = createHttp({ env: {}, wait: async () => {} });
    const ask = async (insecure: string[]) =>
      await http.request({ method: 'GET', url: `https://localhost:${port}/v2/`, insecure, signal: new AbortController().signal });
    await expect(ask(['localhost', `localhost:1${port}`, 'r.example'])).rejects.toMatchObject({ code: 'NETWORK_TLS' });
  });
});
