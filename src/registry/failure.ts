import { z } from 'zod';
import { type ErrorCode, ToolError, type ToolErrorOptions } from '../errors/index.ts';
import { type HttpResponse, isRetryable, readBody } from '../http/index.ts';

const entrySchema = z.object({
  code: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  detail: z.unknown().optional(),
});
const bodySchema = z.object({ errors: z.array(entrySchema).max(1000) });
type ServerError = z.infer<typeof entrySchema>;

/** What was attempted, for messages: `read the manifest of docker.io/library/python:3.13`. */
export interface Attempt {
  readonly action: string;
  readonly registry: string;
  /** A manifest was put: the registry may miss what it lists, or may not let its tag move. */
  readonly put?: { readonly tag: string | undefined };
}

/** An answer that a registry refused with, as an error that knows whether another try can help. */
export class RegistryFailure extends ToolError {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Whether the same request may succeed later. */
  readonly passing: boolean;

  constructor(code: ErrorCode, message: string, options: ToolErrorOptions & Pick<RegistryFailure, 'status' | 'retryAfter' | 'passing'>) {
    super(code, message, options);
    this.status = options.status;
    this.retryAfter = options.retryAfter;
    this.passing = options.passing;
  }
}

/** The same error, not to be tried again: what failed has had its tries. */
export function asFinal(error: unknown): unknown {
  if (!(error instanceof ToolError)) return error;
  const { code, message, details, hint } = error;
  const options = { cause: error, details, ...(hint === undefined ? {} : { hint }) };
  return new RegistryFailure(code, message, { ...options, status: 0, retryAfter: undefined, passing: false });
}

/**
 * The error that an unwanted answer stands for; its body is read. Codes: REGISTRY_AUTH, REGISTRY_DENIED, REGISTRY_NOT_FOUND, REGISTRY_LIMIT,
 * REGISTRY_TOO_LARGE, REGISTRY_PROTOCOL; for manifests that were put also REGISTRY_BLOB_UNKNOWN and REGISTRY_TAG_IMMUTABLE.
 * The registry's own words are shown cut and without control characters.
 */
export async function registryFailure(response: HttpResponse, attempt: Attempt): Promise<RegistryFailure> {
  const errors = await serverErrors(response);
  const meaning = (attempt.put && putMeaning(response.status, errors, attempt.put.tag)) ?? statusMeaning(response.status, errors);
  return new RegistryFailure(meaning.code, `cannot ${attempt.action}: ${meaning.why ?? `status ${response.status}`}`, {
    details: [...(meaning.details ?? []), ...errors.slice(0, 3).map(words)],
    hint: meaning.hint.replace('HOST', attempt.registry),
    status: response.status,
    retryAfter: response.headers['retry-after'],
    passing: isPassing(response.status, errors),
  });
}

/** For `catch`: what is not in the registry is undefined, any other error is thrown again. */
export function unlessMissing(error: unknown): undefined {
  if (!(error instanceof ToolError) || error.code !== 'REGISTRY_NOT_FOUND') throw error;
  return undefined;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly why?: string;
  readonly details?: readonly string[];
}

function statusMeaning(status: number, errors: readonly ServerError[]): Meaning {
  if (status === 401) return { code: 'REGISTRY_AUTH', hint: 'log in with: wherry login HOST, and check the spelling of the image name' };
  if (status === 429 || has(errors, 'TOOMANYREQUESTS'))
    return { code: 'REGISTRY_LIMIT', hint: 'wait, or log in for a higher limit: wherry login HOST' };
  if (status === 403 || has(errors, 'DENIED'))
    return { code: 'REGISTRY_DENIED', hint: 'ask for access to the repository, or log in with another account: wherry login HOST' };
  if (status === 404) return { code: 'REGISTRY_NOT_FOUND', hint: missingHint(errors) };
  if (status === 413) return { code: 'REGISTRY_TOO_LARGE', hint: 'raise the limit of the registry or of the proxy before it' };
  return { code: 'REGISTRY_PROTOCOL', hint: 'try again later; if it persists, the registry or a proxy in between is at fault' };
}

function missingHint(errors: readonly ServerError[]): string {
  return has(errors, 'NAME_UNKNOWN')
    ? 'check the spelling of the repository; some registries want it to be created first'
    : 'check the spelling of the reference and that the tag still exists';
}

function putMeaning(status: number, errors: readonly ServerError[], tag: string | undefined): Meaning | undefined {
  if (has(errors, 'MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN', 'MANIFEST_UNKNOWN')) {
    return {
      code: 'REGISTRY_BLOB_UNKNOWN',
      why: 'the registry misses what it lists',
      hint: 'run the command again; what is missing is sent again',
      details: digestsIn(errors).map((digest) => `missing: ${digest}`),
    };
  }
  if (tag === undefined || !isImmutable(status, errors)) return undefined;
  return {
    code: 'REGISTRY_TAG_IMMUTABLE',
    why: `the tag ${tag} may not be moved`,
    hint: 'push another tag, or let tags of the repository be moved',
  };
}

/** Each registry has its own way: TAG_INVALID with 400, 409, 412, or 405 with DENIED or UNSUPPORTED. */
function isImmutable(status: number, errors: readonly ServerError[]): boolean {
  if (status === 409 || status === 412 || has(errors, 'TAG_INVALID')) return true;
  if (status === 405 && has(errors, 'DENIED', 'UNSUPPORTED')) return true;
  return (
    status >= 400 &&
    status < 500 &&
    errors.some(({ code = '', message = '' }) => /immutab|TagAlreadyExists|cannot be overwritten/i.test(code + message))
  );
}

function digestsIn(errors: readonly ServerError[]): string[] {
  const text = JSON.stringify(errors.map(({ detail, message }) => [detail, message]));
  return [...new Set(text.match(/sha256:[0-9a-f]{64}/g) ?? [])].slice(0, 10);
}

const passingCodes = ['BLOB_UPLOAD_INVALID', 'BLOB_UPLOAD_UNKNOWN', 'TOOMANYREQUESTS', 'UNKNOWN', 'UNAVAILABLE'];

function isPassing(status: number, errors: readonly ServerError[]): boolean {
  if (isRetryable(status) || status === 499) return true;
  return errors.length > 0 && errors.every(({ code }) => code !== undefined && passingCodes.includes(code.toUpperCase()));
}

function has(errors: readonly ServerError[], ...codes: readonly string[]): boolean {
  return errors.some(({ code }) => code !== undefined && codes.includes(code.toUpperCase()));
}

async function serverErrors(response: HttpResponse): Promise<readonly ServerError[]> {
  try {
    return bodySchema.parse(JSON.parse(Buffer.from(await readBody(response, 65_536)).toString('utf8'))).errors;
  } catch {
    // HTML pages of proxies and cut answers say nothing that the status does not.
    return [];
  }
}

function words({ code = '', message = '' }: ServerError): string {
  return clean(`the registry says: ${code} ${message}`);
}

/** Foreign words for messages: one line of printable ASCII, without what could be a token in a URL. */
export function clean(text: string): string {
  return text
    .replace(/[^\x21-\x7e]+/g, ' ')
    .replace(/(https?:\/\/[^\s?"'<>]*)\?[^\s"'<>]*/gi, '$1?…')
    .replace(/(https?:\/\/)[^\s/@"'<>]*@/gi, '$1')
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 …')
    .trim()
    .slice(0, 200);
}
