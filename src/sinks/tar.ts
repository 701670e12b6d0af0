import { ToolError } from '../errors/index.ts';

const block = 512;
/** The largest size that ustar's eleven octal digits hold (POSIX.1-1988, `ustar`). */
const largest = 0o77777777777;

/** The two zero blocks that end a tar. */
export const archiveEnd = new Uint8Array(2 * block);

/**
 * The ustar header of one archive member: mode 0644, root, 1970-01-01. Member paths here are short ASCII names.
 * Throws FORMAT_UNSUPPORTED for 8 GiB and more.
 */
export function archiveHeader(path: string, size: number): Uint8Array {
  if (size > largest)
    throw new ToolError('FORMAT_UNSUPPORTED', `cannot put ${path} into one tar: it has ${size} bytes`, { hint: 'use --oci DIR' });
  const header = Buffer.alloc(block);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** The zeros between a member's last byte and the next header. */
export function archivePadding(size: number): Uint8Array {
  return new Uint8Array((block - (size % block)) % block);
}
