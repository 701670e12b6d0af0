import type { BaseFacts } from '../base/facts.ts';
import type { HealthSpec, ImageConfig } from '../config/types.ts';
import { epoch } from '../tar/types.ts';
import type { ConfigPlan, Healthcheck } from './types.ts';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface ConfigInput {
  readonly image: ImageConfig;
  readonly base: BaseFacts;
  readonly home: string;
  /** Command, ports and signal of the chosen start. */
  readonly start: { readonly command: readonly string[]; readonly ports: readonly number[]; readonly stopSignal: string };
  /** Seconds since 1970 (`SOURCE_DATE_EPOCH`), or undefined for the constant. */
  readonly created: number | undefined;
  /** Labels that `stamp` asks for. */
  readonly stamp: Readonly<Record<string, string>>;
}

/** The image config (DESIGN §5): entrypoint and command always set, env merged, labels, volumes and ports inherited, the rest replaced. */
export function planConfig(input: ConfigInput): ConfigPlan {
  const { image, base, start } = input;
  const ports = image.ports.length > 0 ? image.ports : start.ports;
  return {
    entrypoint: image.entrypoint,
    command: start.command,
    env: mergeEnv(base.config.env, image, input.home),
    user: `${image.user.uid}:${image.user.gid}`,
    workdir: image.workdir,
    exposedPorts: [...new Set([...base.config.exposedPorts, ...ports.map((port) => `${port}/tcp`)])].sort(),
    volumes: [...base.config.volumes].sort(),
    labels: { ...base.config.labels, ...input.stamp, ...image.labels },
    stopSignal: image.stopSignal ?? start.stopSignal,
    healthcheck: image.health === undefined ? undefined : healthcheck(image.health, image.venv),
    created: new Date((input.created ?? epoch) * 1000).toISOString().replace('.000Z', 'Z'),
  };
}

/** Base's variables first and in their order, then ours; `PATH` starts with the environment's `bin`. */
function mergeEnv(base: readonly string[], image: ImageConfig, home: string): string[] {
  const merged = new Map(base.map((item) => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]));
  merged.set('PATH', `${image.venv}/bin:${merged.get('PATH') ?? defaultPath}`);
  merged.set('VIRTUAL_ENV', image.venv);
  merged.set('PYTHONUNBUFFERED', '1');
  merged.set('HOME', home);
  merged.set('USER', image.user.name);
  merged.set('LOGNAME', image.user.name);
  for (const [name, value] of Object.entries(image.env)) merged.set(name, value);
  return [...merged].map(([name, value]) => `${name}=${value}`);
}

const nanoseconds = 1_000_000_000;

function healthcheck(health: HealthSpec, venv: string): Healthcheck {
  return {
    test: ['CMD', ...(health.command ?? [`${venv}/bin/python`, '-c', probe(health)])],
    interval: health.interval * nanoseconds,
    timeout: health.timeout * nanoseconds,
    startPeriod: health.startPeriod * nanoseconds,
    retries: health.retries,
  };
}

/** A Python one-liner, because a small image has no curl; `http.client` ignores proxy variables. */
function probe(health: HealthSpec): string {
  const port = health.port ?? 8000;
  const headers = health.host === undefined ? '' : `,headers={"Host":${JSON.stringify(health.host)}}`;
  const path = JSON.stringify(health.http ?? '/');
  return (
    'import http.client,sys;' +
    `c=http.client.HTTPConnection("127.0.0.1",${port},timeout=${health.timeout});` +
    `c.request("GET",${path}${headers});sys.exit(c.getresponse().status>=400)`
  );
}
