import { isLoopback } from '../../http/index.ts';
import { apiHost, type Repository } from '../reference.ts';

/** Where the API of a registry answers for one repository. */
export interface Endpoint {
  /** `https://HOST/v2/NAME/`. */
  readonly base: string;
  /** Hosts (`HOST[:PORT]`) where plain http and any certificate will do: this one, and others that may serve its tokens. Loopback needs no leave. */
  readonly insecure?: readonly string[];
}

/** The endpoint of a repository without any settings: https, or http on loopback. */
export function apiBase({ registry, repository }: Repository): Endpoint {
  const host = apiHost(registry);
  const scheme = isLoopback(new URL(`https://${host}`).hostname) ? 'http' : 'https';
  return { base: `${scheme}://${host}/v2/${repository}/` };
}
