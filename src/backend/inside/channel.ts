import { readSync, writeSync } from 'node:fs';
import { encodeFrame, type Frame, FrameReader } from '../frames.ts';
import type { News, Order } from '../wire.ts';

const input = 0;
const output = 1;
const chunkSize = 1024 * 1024;

/** Messages to and from the parent. All is synchronous: Python waits for an answer in the middle of a call. */
export interface Channel {
  receive(): Frame<Order>;
  send(news: News, body?: Uint8Array): void;
}

export function openChannel(): Channel {
  const frames = framesOf(input);
  return {
    receive: () => {
      const next = frames.next();
      if (next.done) throw new Error('the parent is gone');
      return next.value as Frame<Order>;
    },
    send: (news, body) => {
      for (const piece of encodeFrame(news, body)) writeAll(piece);
    },
  };
}

function* framesOf(descriptor: number): Generator<Frame> {
  const reader = new FrameReader();
  const chunk = Buffer.alloc(chunkSize);
  for (;;) {
    const size = readSync(descriptor, chunk, 0, chunkSize, null);
    if (size === 0) return;
    yield* reader.push(Buffer.from(chunk.subarray(0, size)));
  }
}

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(output, bytes, at);
}
