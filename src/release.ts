/**
 * Gives the whole buffer that `bytes` lie in back at once; every view of it is empty afterwards, so nobody else may have one. Left to the
 * collector, tens of megabytes stay long after their last use: it goes by objects, and a large buffer is a small one. The pool that Node cuts
 * small buffers from can't be given back, and stays.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) return;
  try {
    buffer.transfer(0);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** The same for bytes that may be part of a larger buffer, which is then left alone. */
export function releaseWhole(bytes: Uint8Array): void {
  if (bytes.byteLength === bytes.buffer.byteLength) release(bytes);
}
