import { dockerEndpoint, podmanEndpoint } from './endpoint.ts';
import { podmanProgram } from './podman.ts';
import type { Engine, EngineKind, EngineOptions } from './types.ts';

/**
 * Docker by its Engine API, where the `docker` command would reach it; Podman by its service if there is one, else by its command line. Nothing
 * is asked of it yet. Throws DAEMON_UNREACHABLE for places that cannot be used.
 */
export async function openEngine(kind: EngineKind, options: EngineOptions): Promise<Engine> {
  const endpoint = kind === 'docker' ? await dockerEndpoint(options.env) : await podmanEndpoint(options.env);
  if (endpoint === undefined) return podmanProgram(options);
  // Node's HTTP client takes longer to load than a layout takes to write.
  const { apiEngine } = await import('./api.ts');
  return apiEngine(endpoint, options.signal);
}
