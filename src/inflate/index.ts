/**
 * In: a raw deflate stream in chunks of any size. Out: its bytes, the stream itself ready to be joined with others, and where it ends.
 * Must not: accept what zlib refuses or bytes after the stream, hold more than a few MiB, or look at what the bytes mean.
 */
export { InflateError, inflate, inflatePieces } from './inflate.ts';
