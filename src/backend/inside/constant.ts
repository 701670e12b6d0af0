import { createRequire } from 'node:module';

/** Begin of the year 2000 in milliseconds: the time of everything that a build makes. */
const start = Date.UTC(2000, 0, 1);

let looks = 0;
let state = 1;

/**
 * Makes time and chance the same in every run: a look at the clock moves it by one millisecond, and random bytes follow from the
 * number of those before. A wheel that holds a date or the name of a temporary file is then the same wheel again. Waiting and measuring
 * still work: the monotonic clock is the real one.
 */
export function makeConstant(): void {
  const RealDate = Date;
  const now = () => start + looks++;
  class ConstantDate extends RealDate {
    constructor(...values: readonly unknown[]) {
      super(...((values.length === 0 ? [now()] : values) as [number]));
    }
    static override now(): number {
      return now();
    }
  }
  globalThis.Date = ConstantDate as DateConstructor;
  const node = createRequire(import.meta.url)('node:crypto') as { randomFillSync: unknown; randomBytes: unknown };
  node.randomFillSync = fill;
  node.randomBytes = (size: number) => fill(Buffer.alloc(size));
  Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues: fill }, configurable: true });
}

/** Begins anew: what comes after does not depend on how the interpreter started. */
export function restartConstant(): void {
  looks = 0;
  state = 1;
}

function fill<Bytes extends ArrayBufferView>(view: Bytes): Bytes {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let at = 0; at < bytes.length; at++) {
    // xorshift32 (Marsaglia): even enough for names and hash tables; nothing here is secret.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return view;
}
