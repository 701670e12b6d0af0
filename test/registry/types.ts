import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Digest } from '../../src/digest.ts';
import type { TestCertificate } from '../certificate.ts';
import type { Behaviour } from './behaviour.ts';
import type { Fault } from './faults.ts';

/** How the registry wants to be asked. `user:secret` is the one account; `bearer` has a token server at `/token`. */
export type Login = 'none' | 'basic' | 'bearer';

/** How the Bearer token server works. */
export interface TokenRules {
  /** Requests that one token is good for. Default: any number. */
  readonly uses?: number;
  /** Actions that are granted of those that a scope asks for. Default: all for the account, `pull` without a login. */
  readonly grant?: (repository: string, actions: readonly string[], account: string | undefined) => readonly string[];
  /** Whether OAuth2 refresh tokens are taken (POST); otherwise POST is 404, as on servers that know GET only. Default true. */
  readonly refresh?: boolean;
}

export interface TestRegistryOptions {
  readonly login?: Login;
  /** Whether the Bearer token server answers without a login. Default true. */
  readonly anonymous?: boolean;
  readonly tokens?: TokenRules;
  /** Departures from the plain registry that the distribution-spec describes. */
  readonly behaviour?: Partial<Behaviour>;
  /** What goes wrong, and when. */
  readonly faults?: readonly Fault[];
  /** Serves https with this key and certificate. */
  readonly tls?: TestCertificate;
  /** Hosts by which clients know it and its storage, where a proxy leads them here (`startNames`). Default: the addresses that they listen at. */
  readonly names?: { readonly registry: string; readonly storage: string };
  /** Looks at every request first; true = it has answered. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** One request that arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Bytes of its body that have arrived so far. */
  readonly bytes: number;
}

/** One address that something listens at. */
export interface TestOrigin {
  /** `127.0.0.1:PORT`, or the name of the options: as it stands in references. */
  readonly host: string;
  /** The port that it listens at. */
  readonly port: number;
  /** Every request so far, in order. */
  readonly seen: SeenRequest[];
  /** Requests whose `METHOD path` matches. */
  count(pattern: RegExp): number;
}

/** An in-memory registry on a loopback port, for tests (distribution-spec 1.1). */
export interface TestRegistry extends TestOrigin {
  /** Another origin where the registry keeps blobs, if its behaviour says so. It must never see a credential. */
  readonly storage: TestOrigin;
  /** Stores a blob without a request. */
  putBlob(repository: string, bytes: Uint8Array): Digest;
  /** Stores a manifest under its digest and the given tags, whether or not its blobs are there. */
  putManifest(repository: string, manifest: TestManifest): Digest;
  /** A blob, if it is there. */
  blob(repository: string, digest: string): Uint8Array | undefined;
  /** All blobs of a repository. */
  blobs(repository: string): readonly Uint8Array[];
  /** A manifest by tag or digest, if it is there. */
  manifest(repository: string, name: string): TestManifest | undefined;
  /** Digests of all manifests that a repository holds, in order of arrival. */
  manifests(repository: string): readonly string[];
  /** Uploads that were begun and neither finished nor cancelled. */
  openUploads(): number;
  /** From now on no token that was given out before is accepted. */
  expireTokens(): void;
  /** Adds faults; they count requests from now on. */
  fault(...faults: readonly Fault[]): void;
  close(): Promise<void>;
}

export interface TestManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly tags?: readonly string[];
}

/** A request as the handlers see it. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly route: Route;
}

export type RouteKind = 'base' | 'blob' | 'uploads' | 'mount' | 'upload' | 'manifest' | 'tags' | 'referrers' | 'token' | 'unknown';

/** What a path names. */
export interface Route {
  readonly kind: RouteKind;
  readonly repository: string;
  /** Digest, tag or upload; empty where there is none. */
  readonly name: string;
}

/** An answer before it is written. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** An error in the words of the distribution-spec ("Error Codes"). */
export interface SpecError {
  readonly code: string;
  readonly detail?: unknown;
}

export function failure(status: number, code: string, detail?: unknown): Reply {
  return failures(status, [detail === undefined ? { code } : { code, detail }]);
}

export function failures(status: number, errors: readonly SpecError[]): Reply {
  return json(status, { errors: errors.map(({ code, ...rest }) => ({ code, message: `it is ${code}`, ...rest })) });
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(JSON.stringify(value)) };
}
