import { z } from 'zod';
import { ToolError, type ToolErrorOptions } from '../errors/index.ts';
import { type HttpResponse, readBody } from '../http/index.ts';

const bodySchema = z.object({ errors: z.array(z.object({ code: z.string().optional(), message: z.string().optional() })).max(100) });

/** What was attempted, for messages: `read the manifest of docker.io/library/python:3.13`. */
export interface Attempt {
  readonly action: string;
  readonly registry: string;
}

/**
 * The error that an unwanted status stands for. Codes: REGISTRY_AUTH, REGISTRY_DENIED, REGISTRY_NOT_FOUND, REGISTRY_LIMIT, REGISTRY_PROTOCOL.
 * The registry's own words are shown cut and without control characters.
 */
export async function registryFailure(response: HttpResponse, { action, registry }: Attempt): Promise<ToolError> {
  const details = await serverWords(response);
  const message = `cannot ${action}: status ${response.status}`;
  const make = (code: ToolError['code'], hint: string): ToolError => new ToolError(code, message, optionsOf(details, hint));
  if (response.status === 401)
    return make('REGISTRY_AUTH', `log in with: docker login ${registry}, and check the spelling of the image name`);
  if (response.status === 403) return make('REGISTRY_DENIED', 'ask for access to the repository, or log in with another account');
  if (response.status === 404) return make('REGISTRY_NOT_FOUND', 'check the spelling of the reference and that the tag still exists');
  if (response.status === 429) return make('REGISTRY_LIMIT', `wait, or log in for a higher limit: docker login ${registry}`);
  return make('REGISTRY_PROTOCOL', 'try again later; if it persists, the registry or a proxy in between is at fault');
}

function optionsOf(details: readonly string[], hint: string): ToolErrorOptions {
  return { details, hint };
}

async function serverWords(response: HttpResponse): Promise<string[]> {
  try {
    const body = bodySchema.parse(JSON.parse(Buffer.from(await readBody(response, 65_536)).toString('utf8')));
    return body.errors.slice(0, 3).map(({ code, message }) => clean(`the registry says: ${code ?? ''} ${message ?? ''}`));
  } catch {
    // HTML pages of proxies and cut answers say nothing that the status does not.
    return [];
  }
}

function clean(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 200);
}
