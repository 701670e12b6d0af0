import { isLoopback } from '../http/index.ts';
import { apiHost, type Repository } from './reference.ts';

/** Where the API of a registry answers for one repository. */
export interface Endpoint {
  /** `https://HOST/v2/NAME/`. */
  readonly base: string;
  /** Plain http is allowed, here and at a token server on the same host. Loopback needs no leave. */
  readonly allowHttp?: boolean;
}

/** The endpoint of a repository without any settings: https, or http on loopback. */
export function apiBase({ registry, repository }: Repository): Endpoint {
  const host = apiHost(registry);
  const scheme = isLoopback(new URL(`https://${host}`).hostname) ? 'http' : 'https';
  return { base: `${scheme}://${host}/v2/${repository}/` };
}
