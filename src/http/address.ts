import { BlockList, isIP } from 'node:net';
import { ToolError } from '../errors/index.ts';
import { redact } from './redact.ts';
import type { HttpRequest } from './types.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

// RFC 1918, 6598, 3927, 4193, 4291, and "this network"; loopback is tested on its own.
const internal = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  internal.addSubnet(net, bits, 'ipv4');
internal.addSubnet('fc00::', 7, 'ipv6');
internal.addSubnet('fe80::', 10, 'ipv6');
internal.addAddress('::', 'ipv6');

/** Whether a URL's host is this machine by name or address: plain http is allowed there, and no proxy is used. */
export function isLoopback(hostname: string): boolean {
  const host = bare(hostname);
  return host === 'localhost' || host.endsWith('.localhost') || listed(loopback, host);
}

/** Whether a URL's host is an address literal (or `localhost`) that is not on the public Internet. Names are not resolved. */
export function isPrivate(hostname: string): boolean {
  return isLoopback(hostname) || listed(internal, bare(hostname));
}

/** Where a request may go by plain http, beside loopback. */
export type PlainHttp = Pick<HttpRequest, 'allowHttp' | 'insecure'>;

/** Whether a URL's host and port are on a list of `HOST[:PORT]`; without a port the scheme's own is meant. */
export function isListed(url: URL, hosts: readonly string[] = []): boolean {
  return hosts.some((host) => URL.canParse(`${url.protocol}//${host}`) && new URL(`${url.protocol}//${host}`).host === url.host);
}

/** Parses a URL that is about to be requested; plain http needs a reason. Errors: NETWORK_REFUSED_URL. */
export function checkUrl(text: string, { allowHttp, insecure }: PlainHttp): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return url;
  if (url?.protocol === 'http:' && (allowHttp === true || isLoopback(url.hostname) || isListed(url, insecure))) return url;
  throw new ToolError('NETWORK_REFUSED_URL', `cannot request ${redact(text)}: only https is allowed`, {
    hint: 'use an https URL; plain http is for loopback addresses',
  });
}

function bare(hostname: string): string {
  return hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

function listed(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
