import type { Context } from '../context.ts';
import { defaultWorkers } from '../produce/workers.ts';
import { packagedDefaults } from './defaults.ts';
import { createInput, type Input } from './input.ts';
import { makePalette, type Palette, wantsColour } from './render/palette.ts';
import { createProgress, type Progress } from './render/progress.ts';

/** The process as commands see it: two streams, colours, progress, environment. stdout carries data only. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly palette: Palette;
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  /** Reads the flags that all commands share; called once per command. */
  use(flags: GlobalFlags): void;
  json(): boolean;
  quiet(): boolean;
  finish(): void;
  readonly input: Input;
  /** Opens the network alone. */
  connection(): Promise<Connection>;
  /** Opens store and network for commands that need them. */
  context(): Promise<Context>;
}

/** What registries are reached with. */
export type Connection = Omit<Context, 'store' | 'workers'>;

export interface GlobalFlags {
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly offline?: boolean;
  readonly progress?: boolean;
  readonly workers?: number;
  readonly insecure?: readonly string[];
}

export function createTerminal(host: NodeJS.Process, signal: AbortSignal): Terminal {
  const { env } = host;
  let flags: GlobalFlags = {};
  let progress: Progress | undefined;
  const palette = makePalette(wantsColour({ isTTY: host.stderr.isTTY === true, env }));
  const err = (text: string): void => {
    host.stderr.write(text);
  };
  const start = (): Progress => {
    progress ??= createProgress({ write: err, mode: progressMode(flags, host), palette, now: () => performance.now() });
    return progress;
  };
  const connection = async (): Promise<Connection> => {
    const { emit } = start();
    const [{ createHttp }, { registrySettings }] = await Promise.all([import('../http/index.ts'), import('../registry/route/settings.ts')]);
    const offline = flags.offline === true;
    return { env, http: createHttp({ env, emit, offline }), registries: registrySettings(env, flags.insecure), emit, signal, offline };
  };
  return {
    env,
    cwd: host.cwd(),
    palette,
    signal,
    out: (text) => {
      host.stdout.write(text);
    },
    err,
    use: (given) => {
      flags = given;
    },
    json: () => flags.json === true,
    quiet: () => flags.quiet === true,
    finish: () => progress?.finish(),
    input: createInput(() => host.stdin, { write: err, signal }),
    connection,
    context: async () => {
      const [connected, { openStore }] = await Promise.all([connection(), import('../store/index.ts')]);
      const store = await openStore({ env });
      return { ...connected, store, defaults: packagedDefaults(), workers: flags.workers ?? defaultWorkers() };
    },
  };
}

function progressMode(flags: GlobalFlags, host: NodeJS.Process): 'live' | 'lines' | 'quiet' {
  if (flags.quiet === true) return 'quiet';
  const plain = flags.progress === false || host.stderr.isTTY !== true || Boolean(host.env.CI) || host.env.TERM === 'dumb';
  return plain ? 'lines' : 'live';
}
