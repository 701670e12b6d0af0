import { ToolError } from '../../errors/index.ts';
import { discardBody } from '../../http/index.ts';
import type { RegistryContext } from '../context.ts';
import { apiHost, type Repository } from '../reference.ts';
import { remembered } from '../remember.ts';
import type { Endpoint } from './endpoint.ts';
import type { RegistrySettings } from './settings.ts';

type SchemeContext = Pick<RegistryContext, 'http' | 'signal' | 'emit'>;

/**
 * The endpoint of a repository on an insecure host, as Docker and Podman find it: https whatever the certificate, else plain http. Which of the
 * two is asked once per host.
 */
export async function insecureEndpoint(repository: Repository, settings: RegistrySettings, context: SchemeContext): Promise<Endpoint> {
  const host = apiHost(repository.registry);
  const scheme = await remembered(settings.learned.schemes, host, async () => await probe(host, context));
  return { base: `${scheme}://${host}/v2/${repository.repository}/`, insecure: [host, ...settings.insecure] };
}

/** Whether an insecure host answers https. Errors: those of the signal. */
async function probe(host: string, { http, signal, emit }: SchemeContext): Promise<'http' | 'https'> {
  try {
    const response = await http.request({ method: 'GET', url: `https://${host}/v2/`, insecure: [host], signal, retries: 0 });
    await discardBody(response.body);
    return 'https';
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ToolError) || !noHttps.test(error.code)) throw error;
    emit({ type: 'note', message: `${host} does not answer https; it is asked by plain http, as an insecure registry` });
    return 'http';
  }
}

const noHttps = /^NETWORK_(?:TLS|UNREACHABLE|TIMEOUT|PROTOCOL)$/;
