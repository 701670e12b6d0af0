import { randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, start, until } from '../command.ts';
import type { Network } from '../network.ts';

export interface Postgres {
  /** postgresql://USER:PASSWORD@HOST:PORT/NAME, for programs in its network. */
  readonly url: string;
  /** The rows of a query, one line each. */
  query(sql: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a real PostgreSQL with one user and one database in a network of its own; its data is thrown away. Needs root: it refuses to run as root. */
export async function startPostgres(network: Network): Promise<Postgres> {
  const [bin] = globSync('/usr/lib/postgresql/*/bin');
  if (bin === undefined) throw new Error('there is no PostgreSQL: run scripts/setup-e2e');
  const directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-postgres-'));
  const asUser = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--'];
  const [data, secret] = [join(directory, 'data'), join(directory, 'password')];
  const password = randomBytes(12).toString('hex');
  await writeFile(secret, password);
  await chmod(directory, 0o755);
  await run(['install', '-d', '-o', 'postgres', '-m', '0700', data]);
  const how = ['--username=site', '--auth=scram-sha-256', `--pwfile=${secret}`, '--no-sync', '--locale=C.UTF-8'];
  await run([...asUser, join(bin, 'initdb'), `--pgdata=${data}`, ...how], { cwd: '/' });
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((setting) => ['-c', setting]);
  const server = start(network.inside([...asUser, join(bin, 'postgres'), '-D', data, ...settings]), { cwd: '/' });
  const url = `postgresql://site:${password}@127.0.0.1:5432/postgres`;
  const isReady = () => start(network.inside([join(bin, 'pg_isready'), '--quiet', '--host=127.0.0.1'])).ended;
  await until('PostgreSQL is ready', async () => (await isReady()).status === 0);
  return {
    url,
    query: (sql) => run(network.inside([join(bin, 'psql'), '--no-psqlrc', '--tuples-only', '--no-align', url, '--command', sql])),
    stop: async () => {
      server.kill('SIGINT');
      await server.ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
