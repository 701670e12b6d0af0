import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, type Started, until } from '../command.ts';
import { inMemory } from '../network.ts';
import { wherry } from '../sampleProject.ts';
import { buildExample, runExample, says } from './example.ts';
import { type Kafka, startKafka } from './kafka.ts';

let directory: string;
let kafka: Kafka;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-trades-'));
  [kafka] = await Promise.all([startKafka(join(directory, 'kafka')), buildExample('trades')]);
});
afterAll(async () => {
  await kafka?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** Something that takes JSON by POST, as the chat of a team does. */
async function startWebhook(): Promise<{ readonly url: string; readonly texts: readonly string[]; readonly server: Server }> {
  const texts: string[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      texts.push((body as { readonly text: string }).text);
      response.end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as { readonly port: number }).port}/`, texts, server };
}

function service(image: string, env: Readonly<Record<string, string>> = {}): Started {
  return runExample({ name: 'trades', image, variables: { KAFKA_BROKER_ADDRESS: kafka.broker, ...env }, wrap: inMemory });
}

/** Asks a service to end; what it said. */
async function end(running: Started): Promise<Outcome> {
  running.kill('SIGTERM');
  return await running.ended;
}

describe('the example services', () => {
  it('pass trades through Kafka until people are told', async () => {
    const webhook = await startWebhook();
    const candles = service('candles');
    const alerts = service('alerts', { ALERTS_WEBHOOK: webhook.url });
    try {
      await Promise.all([says(candles, '"event": "started"'), says(alerts, '"event": "started"')]);
      expect(await service('ticks').ended).toMatchObject({ status: 0, out: expect.stringContaining('"trades": "8"') });
      await until('people are told', () => webhook.texts.length > 0);
      expect(webhook.texts).toEqual(['ACME rose by 5.0 % to 21.00 EUR (09:00)']);
    } finally {
      const outcomes = await Promise.all([end(candles), end(alerts)]);
      webhook.server.close();
      for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 0, out: expect.stringContaining('"event": "ended"') });
    }
  });

  it.each([
    ['ticks', ['humanize', 'ticks'], ['numpy', 'Jinja2', 'candles', 'pytest']],
    ['candles', ['numpy', 'candles'], ['humanize', 'httpx', 'alerts', 'pytest']],
    ['alerts', ['httpx', 'Jinja2', 'alerts'], ['humanize', 'numpy', 'ticks', 'pytest']],
  ])('%s holds what it needs, and nothing of the others', async (name, needed, foreign) => {
    const { out } = await wherry(['inspect', name, '--packages', '--json']);
    const { packages } = JSON.parse(out) as { readonly packages: readonly { readonly name: string }[] };
    const names = packages.map((found) => found.name);
    expect(names).toEqual(expect.arrayContaining([...needed, 'trading', 'confluent-kafka']));
    expect(names.filter((found) => foreign.includes(found))).toEqual([]);
  });
});
