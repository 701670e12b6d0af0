/**
 * In: a request, its body possibly a stream, and the environment's proxies and CA bundles. Out: the final answer of any status, its body as a stream.
 * Must not: follow a redirect into a private network, carry credentials to another origin, or put a token into a message.
 */
export { isListed, isLoopback, isPrivate, type PlainHttp } from './address.ts';
export { discardBody, readBody } from './body.ts';
export { createHttp, type HttpOptions } from './client.ts';
export type { Timeouts } from './dispatchers.ts';
export { asNetworkError, isTransient } from './faults.ts';
export { redact } from './redact.ts';
export { resolveLocation } from './redirect.ts';
export { isRetryable, retryDelay } from './retry.ts';
export type { BodySource, Http, HttpRequest, HttpResponse } from './types.ts';
