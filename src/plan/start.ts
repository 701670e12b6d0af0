import { commandLine, type ImageConfig } from '../config/index.ts';
import { ToolError } from '../errors/index.ts';
import type { StartSignal } from '../project/index.ts';
import { type Listen, serve, serverNames } from './servers.ts';

/** How the container starts. */
export interface Start {
  readonly command: readonly string[];
  /** Ports that the command is known to listen on. */
  readonly ports: readonly number[];
  /** SIGINT for plain Python, which ignores SIGTERM as process 1; SIGTERM for servers (DESIGN §5). */
  readonly stopSignal: 'SIGINT' | 'SIGTERM';
  /** One line for people. */
  readonly reason: string;
  /** Where the started program may lie, relative to the directory that it is imported from: `site/wsgi.py`, `site/wsgi/__init__.py`. */
  readonly sources?: readonly string[] | undefined;
}

export interface StartInput {
  readonly signals: readonly StartSignal[];
  /** Normalised names of the distributions in the image. */
  readonly installed: ReadonlySet<string>;
  readonly image: Pick<ImageConfig, 'command' | 'entrypoint' | 'noProject' | 'ports'>;
}

/**
 * The start command: the configured one, else detected, in this order: a web application whose server is in the lock, the one project
 * script, main.py. A server comes before a script because a web project's script is mostly a tool beside it (`uv init --package` makes one
 * that only greets); a web application without a server is never started by its development server.
 * Throws START_AMBIGUOUS if several come first, START_NOT_FOUND if there is none; both with lines to copy into the configuration.
 */
export function chooseStart(input: StartInput): Start {
  const { command, entrypoint } = input.image;
  if (command !== undefined) {
    const reason = 'command is set in the configuration';
    const sources = configuredSources(command, input.signals);
    return { command, ports: [], stopSignal: stopSignalOf(command, input.signals), reason, sources };
  }
  if (entrypoint.length > 0) {
    return {
      command: [],
      ports: [],
      stopSignal: stopSignalOf(entrypoint, input.signals),
      reason: 'entrypoint is set in the configuration',
    };
  }
  const applications = input.signals.filter(isApplication);
  const served = servedCandidates(applications, input);
  if (served.length > 0) return onlyOne(served);
  const scripts = input.image.noProject ? [] : input.signals.filter((signal) => signal.kind === 'script').map(scriptCandidate);
  if (scripts.length > 0) return onlyOne(scripts);
  const mains = input.signals.filter((signal) => signal.kind === 'main').map(mainCandidate);
  if (applications.length > 0) throw withoutServer(applications, mains);
  if (mains.length > 0) return onlyOne(mains);
  throw new ToolError('START_NOT_FOUND', 'no start command was found in the project', {
    details: ['there is no project script, no FastAPI, Starlette, Django or Flask application and no main.py that does something'],
    hint: 'write the command under [tool.wherry] in pyproject.toml, for example: command = ["python", "-m", "yourmodule"]',
  });
}

/** Applications that differ in rank do not compete: the lowest wins. */
interface Candidate extends Start {
  readonly rank: number;
}

function onlyOne(candidates: readonly Candidate[]): Start {
  const lowest = Math.min(...candidates.map((candidate) => candidate.rank));
  const best = candidates.filter((candidate) => candidate.rank === lowest);
  const [first, second] = best;
  if (first !== undefined && second === undefined) {
    const { rank: _rank, ...start } = first;
    return start;
  }
  throw new ToolError('START_AMBIGUOUS', `${best.length} start commands are possible`, {
    details: best.map((candidate) => `${commandLine(candidate.command)}  # ${candidate.reason}`),
    hint: 'write one of these lines under [tool.wherry] in pyproject.toml',
  });
}

type Application = StartSignal & { readonly kind: Exclude<StartSignal['kind'], 'script' | 'main'> };

function isApplication(signal: StartSignal): signal is Application {
  return signal.kind !== 'script' && signal.kind !== 'main';
}

function servedCandidates(applications: readonly Application[], input: StartInput): readonly Candidate[] {
  const listen: Listen = { host: '0.0.0.0', port: input.image.ports[0] ?? 8000 };
  const candidates = applications.flatMap((signal) => {
    const served = serve(signal, { kind: interfaceOf(signal), installed: input.installed, listen });
    return served === undefined ? [] : [{ signal, ...served }];
  });
  const chosen = preferredDjango(candidates, input.installed);
  const families = new Set(chosen.map(({ signal }) => signal.kind.replace(/^django-.*/, 'django').replace('starlette', 'fastapi')));
  return chosen.map(({ signal, server, command }) => ({
    command,
    ports: [portOf(command, signal) ?? listen.port],
    stopSignal: 'SIGTERM',
    reason: `${signal.reason}; ${server} is in the lock`,
    sources: sourcesOf(signal),
    rank: rankOf(signal, families.size > 1),
  }));
}

function interfaceOf(signal: Application): 'asgi' | 'wsgi' {
  return signal.kind === 'flask' || signal.kind === 'django-wsgi' ? 'wsgi' : 'asgi';
}

/** A Django project has both entry points: ASGI only if a package asks for it or nothing serves WSGI. */
function preferredDjango<Item extends { readonly signal: Application }>(
  items: readonly Item[],
  installed: ReadonlySet<string>,
): readonly Item[] {
  const kinds = new Set(items.map(({ signal }) => signal.kind));
  if (!kinds.has('django-wsgi') || !kinds.has('django-asgi')) return items;
  const wantsAsgi = ['channels', 'daphne', 'uvicorn-worker'].some((name) => installed.has(name));
  return items.filter(({ signal }) => signal.kind !== (wantsAsgi ? 'django-wsgi' : 'django-asgi'));
}

/** Lower is better: the declared entry point, then the usual file and the usual name. Frameworks do not outrank each other. */
function rankOf(signal: Application, severalFamilies: boolean): number {
  if (signal.file === 'pyproject.toml') return 0;
  if (severalFamilies || signal.kind.startsWith('django')) return 1;
  const [module = '', attribute = ''] = signal.target.split(':');
  const usualFile = /(?:^|\.)(?:main|asgi|wsgi)$/.test(module);
  const usualName = /^(?:app|application|create_app\(\))$/.test(attribute);
  return 1 + (usualFile ? 0 : 1) + (usualName ? 0 : 2);
}

/** A bind address in the project's own gunicorn.conf.py decides the port. */
function portOf(command: readonly string[], signal: StartSignal): number | undefined {
  const port = command[0] === 'gunicorn' ? /:(\d+)$/.exec(signal.gunicorn?.bind ?? '')?.[1] : undefined;
  return port === undefined ? undefined : Number(port);
}

function scriptCandidate(signal: StartSignal): Candidate {
  return { command: [signal.target], ports: [], stopSignal: 'SIGINT', reason: signal.reason, rank: 0 };
}

function mainCandidate(signal: StartSignal): Candidate {
  const module = /^(.*)\/__main__\.py$/.exec(signal.target)?.[1]?.replaceAll('/', '.');
  const command = module === undefined ? ['python', signal.target] : ['python', '-m', module];
  return {
    command,
    ports: [],
    stopSignal: 'SIGINT',
    reason: signal.reason,
    sources: sourcesOf(signal),
    rank: module === undefined ? 0 : 1,
  };
}

function sourcesOf({ kind, target }: StartSignal): readonly string[] {
  if (kind === 'main') return [target];
  const path = moduleOf(target).replaceAll('.', '/');
  return [`${path}.py`, `${path}/__init__.py`];
}

/** `gunicorn site.wsgi` and `python main.py` name what was seen in the sources. */
function configuredSources(command: readonly string[], signals: readonly StartSignal[]): readonly string[] | undefined {
  const words = new Set(command.map(moduleOf));
  const named = signals.find((signal) => signal.kind !== 'script' && words.has(moduleOf(signal.target)));
  return named === undefined ? undefined : sourcesOf(named);
}

function moduleOf(target: string): string {
  return target.split(':')[0] as string;
}

function withoutServer(applications: readonly Application[], mains: readonly Candidate[]): ToolError {
  const signal = applications[0] as Application;
  const names = serverNames(interfaceOf(signal)).filter((name) => name !== 'uvicorn-worker');
  const server = names[0] as string;
  return new ToolError('START_NOT_FOUND', `${signal.reason}, but no server for it is in the lock`, {
    details: [`known servers: ${names.join(', ')}`, ...mains.map((main) => `without a server: ${commandLine(main.command)}`)],
    hint: `add one: uv add ${server}`,
  });
}

/** Programs that run an application server or supervise others, and so handle SIGTERM. */
function stopSignalOf(command: readonly string[], signals: readonly StartSignal[]): Start['stopSignal'] {
  const program = command[0]?.split('/').at(-1) ?? '';
  if (signals.some((signal) => signal.kind === 'script' && signal.target === program)) return 'SIGINT';
  if (!/^python(?:3(?:\.\d+)?)?$/.test(program)) return 'SIGTERM';
  const module = command[1] === '-m' ? (command[2] ?? '') : '';
  return [...serverNames('asgi'), ...serverNames('wsgi')].includes(module) ? 'SIGTERM' : 'SIGINT';
}
