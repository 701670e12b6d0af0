import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { fetchIn, inMemory, makeNetwork } from '../network.ts';
import { buildExample, runExample } from './example.ts';
import { startPostgres } from './postgres.ts';

const extra = ['--extra', 'postgres'];

beforeAll(() => buildExample('django-site', extra));

describe('the example site with a database server', () => {
  it('keeps its notes in PostgreSQL, whose password is in no argument', async () => {
    const network = await makeNetwork();
    const postgres = await startPostgres(network);
    const variables = { SITE_DATABASE: postgres.url };
    const wrap = (command: readonly string[]) => network.inside(inMemory(command));
    const site = runExample({ name: 'django-site', args: extra, variables, wrap });
    try {
      const title = randomBytes(8).toString('hex');
      const note = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ title }) };
      expect((await fetchIn(network.pid, 'http://127.0.0.1:8000/api/notes/', note)).status).toBe(201);
      const { body } = await fetchIn(network.pid, 'http://127.0.0.1:8000/health/');
      expect(JSON.parse(body)).toEqual({ status: 'ok', notes: 1, uid: 1001 });
      expect(await postgres.query('select title from notes_note')).toBe(`${title}\n`);
    } finally {
      site.kill('SIGTERM');
      await site.ended;
      await postgres.stop();
      network.close();
    }
    expect(await site.ended).toMatchObject({ status: 0, err: expect.stringContaining('new note') });
  });
});
