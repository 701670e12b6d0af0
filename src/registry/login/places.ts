import { join } from 'node:path';
import type { Context } from '../../context.ts';

type Env = Context['env'];

/** A file that may hold logins. */
export interface LoginPlace {
  readonly file: string;
  readonly owner: 'wherry' | 'docker' | 'containers';
}

/**
 * Every file that is looked into for logins, in this order: Wherry's own, Docker's config.json, `REGISTRY_AUTH_FILE`, and containers' auth.json
 * in the run directory and in the configuration directory (containers-auth.json(5)).
 */
export function loginPlaces(env: Env): LoginPlace[] {
  const config = configHome(env);
  const run = runDirectory(env);
  const places: (readonly [LoginPlace['owner'], string | undefined])[] = [
    ['wherry', ownLoginFile(env)],
    ['docker', dockerConfigFile(env)],
    ['containers', env.REGISTRY_AUTH_FILE],
    ['containers', run && join(run, 'auth.json')],
    ['containers', config && join(config, 'containers/auth.json')],
  ];
  return places.flatMap(([owner, file]) => (file === undefined || file === '' ? [] : [{ owner, file }]));
}

/** `$XDG_CONFIG_HOME/wherry/auth.json`; undefined without a home directory. */
export function ownLoginFile(env: Env): string | undefined {
  const config = configHome(env);
  return config && join(config, 'wherry/auth.json');
}

/** `$DOCKER_CONFIG/config.json`, by default in `~/.docker`. */
export function dockerConfigFile(env: Env): string | undefined {
  const directory = env.DOCKER_CONFIG || (homeOf(env) && join(homeOf(env) as string, '.docker'));
  return directory && join(directory, 'config.json');
}

/** `$XDG_CONFIG_HOME`, by default `~/.config`. */
export function configHome(env: Env): string | undefined {
  const home = homeOf(env);
  return env.XDG_CONFIG_HOME || (home && join(home, '.config'));
}

function homeOf(env: Env): string | undefined {
  return env.HOME || env.USERPROFILE || undefined;
}

/** Where `podman login` writes on Linux; without XDG_RUNTIME_DIR it has a directory for each user id. */
function runDirectory(env: Env): string | undefined {
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, 'containers');
  const uid = process.platform === 'linux' ? process.getuid?.() : undefined;
  return uid === undefined ? undefined : `/run/containers/${uid}`;
}
