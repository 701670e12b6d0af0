import type { StartSignal } from '../project/index.ts';

/** Where a server listens inside the container. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** A server that may be in the lock, and how it is told to serve `module:attribute`. */
interface Server {
  /** Normalised name of the distribution that brings the command. */
  readonly name: string;
  /** Undefined if the server cannot serve this application (no option for the import directory or for a factory). */
  command(signal: StartSignal, listen: Listen): readonly string[] | undefined;
}

const asgi: readonly Server[] = [
  {
    name: 'uvicorn-worker',
    command: (signal, listen) => {
      const command = isFactory(signal) ? undefined : gunicorn(signal, listen);
      return command === undefined ? undefined : [...command, '--worker-class', 'uvicorn_worker.UvicornWorker'];
    },
  },
  {
    name: 'uvicorn',
    command: (signal, { host, port }) => [
      'uvicorn',
      signal.target.replace(/\(\)$/, ''),
      ...(isFactory(signal) ? ['--factory'] : []),
      '--host',
      host,
      '--port',
      String(port),
      ...option('--app-dir', signal.importRoot),
    ],
  },
  { name: 'hypercorn', command: (signal, listen) => plain(signal, ['hypercorn', signal.target, '--bind', address(listen)]) },
  {
    name: 'daphne',
    command: (signal, { host, port }) => plain(signal, ['daphne', '-b', host, '-p', String(port), signal.target]),
  },
  { name: 'granian', command: (signal, listen) => granian(signal, listen, 'asgi') },
];

const wsgi: readonly Server[] = [
  { name: 'gunicorn', command: gunicorn },
  { name: 'waitress', command: (signal, listen) => plain(signal, ['waitress-serve', `--listen=${address(listen)}`, signal.target]) },
  { name: 'granian', command: (signal, listen) => granian(signal, listen, 'wsgi') },
];

/** Names of the servers that can serve an interface, best first. */
export function serverNames(kind: 'asgi' | 'wsgi'): readonly string[] {
  return (kind === 'asgi' ? asgi : wsgi).map((server) => server.name);
}

export interface Served {
  readonly server: string;
  readonly command: readonly string[];
}

/** The command of the first installed server that can serve the application; undefined if there is none. */
export function serve(
  signal: StartSignal,
  options: { readonly kind: 'asgi' | 'wsgi'; readonly installed: ReadonlySet<string>; readonly listen: Listen },
): Served | undefined {
  for (const server of options.kind === 'asgi' ? asgi : wsgi) {
    const needed = server.name === 'uvicorn-worker' ? ['gunicorn', 'uvicorn-worker'] : [server.name];
    if (!needed.every((name) => options.installed.has(name))) continue;
    const command = server.command(signal, options.listen);
    if (command !== undefined) return { server: server.name === 'uvicorn-worker' ? 'gunicorn with uvicorn-worker' : server.name, command };
  }
  return undefined;
}

/** Settings of the project's own gunicorn.conf.py win: only what it does not set is given on the command line. */
function gunicorn(signal: StartSignal, listen: Listen): readonly string[] {
  const own = signal.gunicorn ?? {};
  return [
    'gunicorn',
    signal.target,
    ...(Object.hasOwn(own, 'bind') ? [] : ['--bind', address(listen)]),
    ...(signal.gunicorn === undefined ? ['--access-logfile', '-'] : []),
    ...(Object.hasOwn(own, 'chdir') ? [] : option('--chdir', signal.importRoot)),
  ];
}

function granian(signal: StartSignal, { host, port }: Listen, kind: 'asgi' | 'wsgi'): readonly string[] {
  return [
    'granian',
    '--interface',
    kind,
    '--host',
    host,
    '--port',
    String(port),
    ...option('--working-dir', signal.importRoot),
    ...(isFactory(signal) ? ['--factory'] : []),
    signal.target.replace(/\(\)$/, ''),
  ];
}

function plain(signal: StartSignal, command: readonly string[]): readonly string[] | undefined {
  return signal.importRoot === undefined && !isFactory(signal) ? command : undefined;
}

function isFactory(signal: StartSignal): boolean {
  return signal.target.endsWith('()');
}

function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value];
}

function address({ host, port }: Listen): string {
  return `${host}:${port}`;
}
