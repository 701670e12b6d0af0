import { type BitReader, InflateError } from './bits.ts';
import { type HuffmanTable, huffmanTable } from './huffman.ts';

/** The two codes of a compressed block. */
export interface BlockTables {
  readonly literals: HuffmanTable;
  readonly distances: HuffmanTable;
}

const codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The codes of blocks of type 1 (RFC 1951 §3.2.6). */
export const fixedTables: BlockTables = {
  literals: tableOf(Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8))),
  distances: tableOf(new Uint8Array(32).fill(5)),
};

/** Reads the codes of a block of type 2 (RFC 1951 §3.2.7); its header must be readable already. */
export function readTables(bits: BitReader): BlockTables {
  const literalCount = bits.take(5) + 257;
  const distanceCount = bits.take(5) + 1;
  const codeCount = bits.take(4) + 4;
  if (literalCount > 286 || distanceCount > 30) throw new InflateError('invalid');
  const codeLengths = new Uint8Array(19);
  for (const symbol of codeOrder.slice(0, codeCount)) codeLengths[symbol] = bits.take(3);
  const lengths = readLengths(bits, tableOf(codeLengths), literalCount + distanceCount);
  if (lengths[256] === 0) throw new InflateError('invalid');
  return { literals: tableOf(lengths.subarray(0, literalCount)), distances: tableOf(lengths.subarray(literalCount)) };
}

function readLengths(bits: BitReader, codes: HuffmanTable, count: number): Uint8Array {
  const lengths = new Uint8Array(count);
  let at = 0;
  while (at < count) {
    const symbol = bits.symbol(codes);
    if (symbol < 16) {
      lengths[at++] = symbol;
      continue;
    }
    if (symbol === 16 && at === 0) throw new InflateError('invalid');
    const value = symbol === 16 ? (lengths[at - 1] ?? 0) : 0;
    const times = symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
    if (at + times > count) throw new InflateError('invalid');
    lengths.fill(value, at, at + times);
    at += times;
  }
  return lengths;
}

function tableOf(lengths: Uint8Array): HuffmanTable {
  const table = huffmanTable(lengths);
  if (table === undefined) throw new InflateError('invalid');
  return table;
}
