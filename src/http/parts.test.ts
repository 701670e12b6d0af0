import { describe, expect, it } from 'vitest';
import { isLoopback, isPrivate } from './address.ts';
import { asNetworkError, isTransient } from './faults.ts';
import { redact } from './redact.ts';
import { follow } from './redirect.ts';
import { isRetryable, maxDelay, retryDelay } from './retry.ts';

describe('redact', () => {
  it.each([
    ['https://user:pw@host.example:8443/a/b?X-Amz-Signature=1#f', 'https://host.example:8443/a/b?…'],
    ['https://host.example/', 'https://host.example/'],
    ['not a url with token=1', '(not a URL)'],
  ])('%s', (url, expected) => expect(redact(url)).toBe(expected));
});

describe('addresses', () => {
  it.each(['localhost', 'a.localhost', '127.0.0.1', '127.8.8.8', '[::1]', 'LOCALHOST.'])('%s is loopback', (host) => {
    expect(isLoopback(host)).toBe(true);
    expect(isPrivate(host)).toBe(true);
  });
  it.each([
    '10.1.2.3',
    '172.31.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '100.64.0.1',
    '[fe80::1]',
    '[fd00::1]',
    '[::ffff:10.0.0.1]',
  ])('%s is private', (host) => {
    expect(isLoopback(host)).toBe(false);
    expect(isPrivate(host)).toBe(true);
  });
  it.each(['registry.example', '1.1.1.1', '172.32.0.1', '[2606:4700::1]', 'localhost.example'])('%s is public', (host) => {
    expect(isPrivate(host)).toBe(false);
  });
});

describe('follow', () => {
  const hop = (url: string) => ({ url: new URL(url), headers: { authorization: 'secret', accept: '*/*' } });

  it('refuses to go from https to http and from public to private', () => {
    const refused = expect.objectContaining({ code: 'NETWORK_REFUSED_URL' });
    expect(() => follow(hop('https://a.example/'), 'http://a.example/', { allowHttp: true })).toThrow(refused);
    expect(() => follow(hop('https://a.example/'), 'https://169.254.169.254/meta', {})).toThrow(refused);
    expect(() => follow(hop('http://a.example/'), 'http://127.0.0.1/', { allowHttp: true })).toThrow(refused);
  });

  it('goes on inside a private network', () => {
    expect(follow(hop('https://10.0.0.1/'), 'https://10.0.0.2/x', {}).url.href).toBe('https://10.0.0.2/x');
  });

  it('keeps credentials for the same origin only and takes none from the Location', () => {
    expect(follow(hop('https://a.example/'), '/b', {}).headers).toHaveProperty('authorization');
    const next = follow(hop('https://a.example/'), 'https://u:p@a.example:8443/b', {});
    expect(next.headers).toEqual({ accept: '*/*' });
    expect(next.url.href).toBe('https://a.example:8443/b');
  });

  it.each([undefined, 'https://'])('refuses the location %j', (location) => {
    expect(() => follow(hop('https://a.example/'), location, {})).toThrow(expect.objectContaining({ code: 'NETWORK_PROTOCOL' }));
  });
});

describe('retryDelay', () => {
  const moment = { attempt: 0, retryAfter: undefined, now: Date.UTC(2026, 0, 1), random: 0.5 };

  it('doubles up to a limit, with full jitter', () => {
    expect([0, 1, 2, 30].map((attempt) => retryDelay({ ...moment, attempt }))).toEqual([250, 500, 1000, 10_000]);
    expect(retryDelay({ ...moment, random: 0 })).toBe(0);
  });

  it('follows Retry-After in both forms and cuts it', () => {
    const asked = (retryAfter: string) => retryDelay({ ...moment, random: 0, retryAfter });
    expect(asked('3')).toBe(3000);
    expect(asked('Thu, 01 Jan 2026 00:00:10 GMT')).toBe(10_000);
    expect(asked('Wed, 31 Dec 2025 00:00:10 GMT')).toBe(0);
    expect(asked('86400')).toBe(maxDelay);
    expect(asked('soon')).toBe(0);
  });

  it('retries what can change', () => {
    expect([200, 400, 401, 404, 408, 416, 429, 500, 501, 502, 505].filter(isRetryable)).toEqual([408, 429, 500, 502]);
  });
});

describe('faults', () => {
  const fault = (code: string) => new Error('secret', { cause: Object.assign(new Error('secret'), { code }) });

  it.each([
    ['ENOTFOUND', 'NETWORK_UNREACHABLE', true],
    ['UND_ERR_SOCKET', 'NETWORK_UNREACHABLE', true],
    ['UND_ERR_HEADERS_TIMEOUT', 'NETWORK_TIMEOUT', true],
    ['HPE_INVALID_CONSTANT', 'NETWORK_PROTOCOL', true],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NETWORK_TLS', false],
    ['CERT_HAS_EXPIRED', 'NETWORK_TLS', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'NETWORK_TLS', false],
  ])('%s is %s', (code, expected, transient) => {
    const error = asNetworkError(fault(code), 'https://u:p@a.example/?q=1');
    expect(error.code).toBe(expected);
    expect(error.message).not.toMatch(/secret|u:p|q=1/);
    expect(isTransient(fault(code))).toBe(transient);
  });

  it('finds the code inside an AggregateError', () => {
    expect(asNetworkError(new AggregateError([fault('ECONNREFUSED')]), 'https://a.example/').message).toContain('refused');
  });
});
