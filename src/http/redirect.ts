import { ToolError } from '../errors/index.ts';
import { checkUrl, isPrivate, type PlainHttp } from './address.ts';
import { redact } from './redact.ts';
import type { HttpRequest } from './types.ts';

/** Redirects that one request may follow. */
export const maxRedirects = 5;

/** One request on its way through redirects. */
export interface Hop {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** Whether an answer is a redirect that is followed: any for GET and HEAD, only those that keep method and body for the others. */
export function isRedirect(method: HttpRequest['method'], status: number): boolean {
  if (status === 307 || status === 308) return true;
  return (method === 'GET' || method === 'HEAD') && (status === 301 || status === 302 || status === 303);
}

/** The request that a `Location` asks for, without credentials on another origin. Errors: NETWORK_REFUSED_URL, NETWORK_PROTOCOL. */
export function follow(from: Hop, location: string | undefined, leave: PlainHttp): Hop {
  const url = resolveLocation(from.url, location, leave);
  return { url, headers: url.origin === from.url.origin ? from.headers : withoutCredentials(from.headers) };
}

/**
 * The URL that the `Location` of an answer names, without user name and password. A public server may not point at plain http or at a private
 * address. Errors: NETWORK_REFUSED_URL, NETWORK_PROTOCOL.
 */
export function resolveLocation(from: URL, location: string | undefined, leave: PlainHttp): URL {
  const text = location !== undefined && URL.canParse(location, from.href) ? new URL(location, from.href).href : undefined;
  if (text === undefined) throw new ToolError('NETWORK_PROTOCOL', `${redact(from.href)} points to nowhere`);
  const url = checkUrl(text, leave);
  if (from.protocol === 'https:' && url.protocol === 'http:') throw refused(from, url, 'from https to plain http');
  if (isPrivate(url.hostname) && !isPrivate(from.hostname)) throw refused(from, url, 'to a private address');
  url.username = '';
  url.password = '';
  return url;
}

function refused(from: URL, to: URL, why: string): ToolError {
  return new ToolError('NETWORK_REFUSED_URL', `${redact(from.href)} points ${why}: ${redact(to.href)}`, {
    hint: 'configure the address that it points at directly if you trust it',
  });
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization' && name !== 'cookie'));
}
