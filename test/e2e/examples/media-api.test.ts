import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { inOwnNetwork, programIn } from '../network.ts';
import { buildExample, runExample } from './example.ts';
import type { MediaFindings } from './mediaClient.ts';

beforeAll(() => buildExample('media-api'));

describe('the example media API', () => {
  it('draws, encodes and decodes on a read-only root, and ends when it is told to', async () => {
    const running = runExample({ name: 'media-api', image: 'media-app', wrap: inOwnNetwork });
    try {
      const found = JSON.parse(await programIn(running.pid, 'examples/mediaClient.ts', randomBytes(8).toString('hex'))) as MediaFindings;
      expect(found).toMatchObject({ poster: [640, 360], still: [640, 360], health: { status: 'ok', clips: 1, uid: 1001 } });
      expect(found.home).toContain(`<a href="/clips/${found.clip}">`);
    } finally {
      running.kill('SIGTERM');
    }
    const { status, out, err } = await running.ended;
    expect(`${out}${err}`).toContain('"Application shutdown complete."');
    expect(status).toBe(0);
  });
});
