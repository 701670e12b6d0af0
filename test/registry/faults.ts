import type { Asked, Reply, RouteKind } from './types.ts';

/** A kind of request: `PUT upload` ends an upload, `POST uploads` begins one, `POST mount` is one with `?mount=`. */
export type Step = `${'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} ${RouteKind}`;

/** What goes wrong with some requests. Several faults may strike one request; their changes add up. */
export interface Fault {
  readonly on: Step;
  /** Only requests whose path with query matches. */
  readonly match?: RegExp;
  /** The first request that is struck, counted from 1 among those of this step. Default 1. */
  readonly nth?: number;
  /** How many are struck from there. Default 1. */
  readonly times?: number;
  readonly do: Deed;
}

export type Deed =
  /** Another answer. `early`: before the request's body is read, as servers do that look at headers only; the connection ends. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
      readonly early?: boolean;
    }
  /** The registry's own challenge, though the request is allowed. */
  | { readonly kind: 'refuse'; readonly error?: 'invalid_token' | 'insufficient_scope'; readonly scope?: string }
  /** A redirect to the same path at the storage. */
  | { readonly kind: 'redirect'; readonly status: number }
  /** The connection breaks when this many bytes of the request's body have arrived, and nothing is stored. */
  | { readonly kind: 'reset'; readonly after: number }
  /** No answer ever. */
  | { readonly kind: 'hang' }
  /** What was asked for is done, but the connection breaks before the answer. */
  | { readonly kind: 'lose' }
  /** The answer breaks off after this many bytes of its body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The answer stops after this many bytes of its body, and the connection stays. */
  | { readonly kind: 'stall'; readonly after: number }
  /** The answer has other headers (undefined = without one), or other bytes. */
  | {
      readonly kind: 'change';
      readonly headers?: Readonly<Record<string, string | undefined>>;
      readonly status?: number;
      readonly body?: (body: Uint8Array) => Uint8Array;
    }
  /** Whatever the test wants to happen meanwhile, before the request is handled. */
  | { readonly kind: 'meanwhile'; readonly run: () => void };

/** Faults that count the requests they could strike. */
export class Faults {
  readonly #faults: { readonly fault: Fault; seen: number }[] = [];

  add(faults: readonly Fault[]): void {
    this.#faults.push(...faults.map((fault) => ({ fault, seen: 0 })));
  }

  /** What strikes this request; to be asked once per request. */
  strike({ method, route, url }: Pick<Asked, 'method' | 'route' | 'url'>): readonly Deed[] {
    const step = `${method} ${route.kind}`;
    const candidates = this.#faults.filter(({ fault }) => fault.on === step && (fault.match?.test(url.pathname + url.search) ?? true));
    return candidates.flatMap((candidate) => {
      candidate.seen += 1;
      const { nth = 1, times = 1 } = candidate.fault;
      return candidate.seen >= nth && candidate.seen < nth + times ? [candidate.fault.do] : [];
    });
  }
}

/** The first deed of a kind. */
export function deed<K extends Deed['kind']>(deeds: readonly Deed[], kind: K): Extract<Deed, { readonly kind: K }> | undefined {
  return deeds.find((candidate): candidate is Extract<Deed, { readonly kind: K }> => candidate.kind === kind);
}

/** The answer that `answer` asks for. */
export function answerOf({ status, headers = {}, body = '' }: Extract<Deed, { readonly kind: 'answer' }>): Reply {
  return { status, headers, body: Buffer.from(body) };
}

/** An answer after all changes. */
export function changed(reply: Reply, deeds: readonly Deed[]): Reply {
  return deeds.reduce((current, change) => (change.kind === 'change' ? changedOnce(current, change) : current), reply);
}

function changedOnce(reply: Reply, { headers = {}, status, body }: Extract<Deed, { readonly kind: 'change' }>): Reply {
  const kept = Object.entries({ ...reply.headers, ...headers }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    status: status ?? reply.status,
    headers: Object.fromEntries(kept),
    ...(reply.body === undefined ? {} : { body: body === undefined ? reply.body : body(reply.body) }),
  };
}
