import type { Readable } from 'node:stream';

/**
 * The one HTTP client: proxies (`HTTPS_PROXY`, `NO_PROXY`), CA bundles (`SSL_CERT_FILE`, `NODE_EXTRA_CA_CERTS`), https only (http for loopback or
 * opt-in), redirects by hand without credentials across origins, retries with backoff and `Retry-After`. Error messages hold redacted URLs.
 */
export interface Http {
  /** Sends one request and resolves with the final answer of any status. Network faults that outlive the retries throw `ToolError`. */
  request(request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** Lower-case names. `authorization` is dropped on redirects to another origin. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A source is streamed with its exact `content-length`; its own faults are thrown as they are. */
  readonly body?: Uint8Array | string | BodySource;
  readonly signal: AbortSignal;
  /** Allow plain http to any host (Debian archives: their signatures protect them). */
  readonly allowHttp?: boolean;
  /** `HOST[:PORT]` of registries that the user calls insecure: plain http is allowed there, and any certificate. No other host of a redirect is meant. */
  readonly insecure?: readonly string[];
  /** 0 = a single try. Default 4 retries of 408, 429, 5xx and connection faults, for methods without body. */
  readonly retries?: number;
}

/** A body that is read while it is sent. */
export interface BodySource {
  /** Bytes; a source that gives another number is an error. */
  readonly size: number;
  /** The bytes from their start; called anew for every try and every redirect that keeps the body. */
  open(): Promise<Readable>;
  /** Told the number of bytes of each piece that goes to the connection. */
  readonly onSent?: (bytes: number) => void;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** URL after redirects, as it was requested; `redact` it before it goes into a message. */
  readonly url: string;
  readonly body: Readable;
}
