import { ToolError } from '../errors/index.ts';
import { redact } from './redact.ts';

/** A request's own body could not be read: no fault of the network, and never tried again. `cause` is what its source threw. */
export class SourceFault extends Error {
  constructor(cause: unknown) {
    super('the body of a request could not be read', { cause });
  }
}

/** A body that was sent stopped moving, or its answer stayed out. */
export class StallFault extends Error {
  readonly code = 'ETIMEDOUT';
}

/**
 * The ToolError that stands for a fault below HTTP. `ToolError`s pass; anything else is wrapped without the original text where that could
 * hold a URL. Codes: NETWORK_TLS, NETWORK_TIMEOUT, NETWORK_UNREACHABLE, NETWORK_PROTOCOL.
 */
export function asNetworkError(fault: unknown, url: string): ToolError {
  if (fault instanceof ToolError) return fault;
  const code = faultCode(fault);
  const place = redact(url);
  if (isTls(code)) return new ToolError('NETWORK_TLS', `no secure connection to ${place}: ${code}`, { cause: fault, hint: tlsHint(code) });
  if (/TIMEOUT|ETIMEDOUT/.test(code))
    return new ToolError('NETWORK_TIMEOUT', `no answer in time from ${place}`, { cause: fault, hint: networkHint });
  if (code === tooManyHeaders) return new ToolError('NETWORK_PROTOCOL', `the headers of ${place} are too long`, { cause: fault });
  if (code.startsWith('HPE_')) return new ToolError('NETWORK_PROTOCOL', `the answer of ${place} is not HTTP (${code})`, { cause: fault });
  return new ToolError('NETWORK_UNREACHABLE', `cannot reach ${place}: ${meaning(code)}`, { cause: fault, hint: networkHint });
}

/** Whether another try can help. Certificates, refused URLs and headers that are too long stay as they are. */
export function isTransient(fault: unknown): boolean {
  if (fault instanceof ToolError || fault instanceof SourceFault) return false;
  const code = faultCode(fault);
  return !isTls(code) && code !== tooManyHeaders;
}

const tooManyHeaders = 'UND_ERR_HEADERS_OVERFLOW';

const networkHint = 'check the network, HTTPS_PROXY and NO_PROXY, then run the command again';

const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be resolved',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
};

function meaning(code: string): string {
  return meanings[code] ?? (code === '' ? 'the connection failed' : code);
}

function tlsHint(code: string): string {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return "check the machine's clock and the server's certificate";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'the certificate belongs to another host; check the URL';
  return 'if the network uses its own certificate authority, set SSL_CERT_FILE to its PEM bundle';
}

function isTls(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(code);
}

/** The most telling `code` of an error: its own, its cause's, or that of the first inner error of an AggregateError. */
function faultCode(fault: unknown, depth = 0): string {
  if (!(fault instanceof Error) || depth > 4) return '';
  const own = 'code' in fault && typeof fault.code === 'string' ? fault.code : '';
  const inner = fault instanceof AggregateError ? faultCode(fault.errors[0], depth + 1) : faultCode(fault.cause, depth + 1);
  return inner === '' ? own : inner;
}
