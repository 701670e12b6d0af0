import { loadWasm, type WasmMemory } from '../wasm.ts';

/** The exports of assembly/deflate.ts: sizes in bytes, places in its memory. */
interface Deflate {
  start(origin: number): void;
  inputAt(): number;
  inputRoom(): number;
  outputAt(): number;
  compress(size: number): number;
  interrupt(size: number): number;
  resume(bits: number, count: number): void;
  finish(size: number): number;
}

/** A deflate stream, in which other streams may stand. What it becomes is given to `write` in chunks, valid until `write` returns. */
export class Compressor {
  private readonly write: (chunk: Uint8Array) => void;
  private readonly deflate: Deflate & WasmMemory;
  private readonly memory: Uint8Array;
  private readonly outputAt: number;
  private inputAt = 0;
  private room = 0;
  private filled = 0;

  /** Output doesn't depend on `origin`, from which bytes are counted within 32 bits. */
  constructor(write: (chunk: Uint8Array) => void, origin = 0) {
    this.write = write;
    this.deflate = idle.pop() ?? loadWasm<Deflate>('gzip/deflate');
    this.memory = new Uint8Array(this.deflate.memory.buffer);
    this.deflate.start(origin);
    this.outputAt = this.deflate.outputAt();
    this.measure();
  }

  add(bytes: Uint8Array): void {
    if (bytes.length < this.room - this.filled) {
      this.memory.set(bytes, this.inputAt + this.filled);
      this.filled += bytes.length;
      return;
    }
    for (let from = 0; from < bytes.length; ) {
      const part = bytes.subarray(from, from + this.room - this.filled);
      this.memory.set(part, this.inputAt + this.filled);
      this.filled += part.length;
      from += part.length;
      if (this.filled === this.room) this.pass(this.deflate.compress(this.filled));
    }
  }

  /** Ends what was added with a whole byte, so that a stream may follow, and forgets it. */
  interrupt(): void {
    this.pass(this.deflate.interrupt(this.filled));
  }

  /** Goes on behind a stream that ended `count` bits into a byte, which `bits` are (RFC 1951 §3.1.1: the lowest are the first). */
  resume(bits: number, count: number): void {
    this.deflate.resume(bits, count);
  }

  /** Ends the stream. Nothing may be called afterwards. */
  finish(): void {
    this.pass(this.deflate.finish(this.filled));
    idle.push(this.deflate);
  }

  private pass(size: number): void {
    if (size > 0) this.write(this.memory.subarray(this.outputAt, this.outputAt + size));
    this.measure();
  }

  private measure(): void {
    this.inputAt = this.deflate.inputAt();
    this.room = this.deflate.inputRoom();
    this.filled = 0;
  }
}

/** Instances of streams that have ended, each with 1.6 MB of memory: one after the other, layers need only one. */
const idle: (Deflate & WasmMemory)[] = [];
