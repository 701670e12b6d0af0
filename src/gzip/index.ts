/**
 * In: bytes, and files that are deflate streams already. Out: one ordinary gzip, the same bytes for the same input on every machine.
 * Must not: use node:zlib for bytes that it writes, hold more than its fixed memory, or check what a stream holds.
 */
export { combineCrc32 } from './crc32.ts';
export { GzipWriter } from './writer.ts';
