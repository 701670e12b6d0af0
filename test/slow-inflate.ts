// A second deflate decoder (RFC 1951), bit by bit and without tables, that shares nothing with the product. For streams that are valid.
import type { DeflateEnd } from '../src/deflated.ts';

export interface SlowResult extends DeflateEnd {
  readonly bytes: Buffer;
  /** Types of the blocks, in order. */
  readonly types: readonly number[];
}

const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const lengthBases = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const lengthExtras = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceBases = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385,
  24577,
];
const distanceExtras = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

/** Symbol by code, which is written as a string of bits. */
type Code = ReadonlyMap<string, number>;

/** Decodes a whole stream; throws where it is damaged. */
export function slowInflate(stream: Uint8Array): SlowResult {
  let at = 0;
  const bit = (): number => {
    const byte = stream[at >> 3];
    if (byte === undefined) throw new Error('ended early');
    return (byte >> (at++ & 7)) & 1;
  };
  const number = (bits: number): number =>
    Array.from({ length: bits }, (_, place) => bit() << place).reduce((sum, value) => sum + value, 0);
  const symbol = (code: Code): number => {
    for (let word = ''; word.length <= 15; ) {
      word += bit();
      const found = code.get(word);
      if (found !== undefined) return found;
    }
    throw new Error('no such code');
  };
  const output: number[] = [];
  const types: number[] = [];
  for (;;) {
    const lastBlock = at;
    const isLast = bit() === 1;
    const type = number(2);
    types.push(type);
    if (type === 0) {
      at = Math.ceil(at / 8) * 8;
      const length = number(16);
      if (number(16) !== 0xffff - length) throw new Error('stored length');
      for (let left = length; left > 0; left--) output.push(number(8));
    } else {
      const [literals, distances] = type === 1 ? fixedCodes() : dynamicCodes(number, symbol);
      for (let found = symbol(literals); found !== 256; found = symbol(literals)) {
        if (found < 256) output.push(found);
        else {
          const length = (lengthBases[found - 257] as number) + number(lengthExtras[found - 257] as number);
          const code = symbol(distances);
          const distance = (distanceBases[code] as number) + number(distanceExtras[code] as number);
          for (let left = length; left > 0; left--) output.push(output[output.length - distance] as number);
        }
      }
    }
    if (isLast) return { bytes: Buffer.from(output), lastBlock, end: at, types };
  }
}

function fixedCodes(): [Code, Code] {
  const lengths = Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8));
  return [codeOf(lengths), codeOf(Array<number>(30).fill(5))];
}

function dynamicCodes(number: (bits: number) => number, symbol: (code: Code) => number): [Code, Code] {
  const [literals, distances, codes] = [number(5) + 257, number(5) + 1, number(4) + 4];
  const codeLengths = Array<number>(19).fill(0);
  for (const place of order.slice(0, codes)) codeLengths[place] = number(3);
  const code = codeOf(codeLengths);
  const lengths: number[] = [];
  while (lengths.length < literals + distances) {
    const found = symbol(code);
    if (found < 16) lengths.push(found);
    else if (found === 16) lengths.push(...Array<number>(3 + number(2)).fill(lengths.at(-1) as number));
    else lengths.push(...Array<number>(found === 17 ? 3 + number(3) : 11 + number(7)).fill(0));
  }
  return [codeOf(lengths.slice(0, literals)), codeOf(lengths.slice(literals))];
}

function codeOf(lengths: readonly number[]): Code {
  const code = new Map<string, number>();
  let next = 0;
  for (let length = 1; length <= 15; length++) {
    lengths.forEach((each, symbol) => {
      if (each === length) code.set((next++).toString(2).padStart(length, '0'), symbol);
    });
    next *= 2;
  }
  return code;
}

/** The stream without its end mark and with an empty stored block behind it: what a splice makes of its last file. */
export function withEmptyLastBlock(raw: Uint8Array, end: number): Buffer {
  const room = Buffer.alloc(Math.ceil((end + 3) / 8));
  room.set(raw);
  const last = end >> 3;
  room[last] = ((room[last] ?? 0) & ((1 << (end & 7)) - 1)) | (1 << (end & 7));
  return Buffer.concat([room, Buffer.of(0, 0, 0xff, 0xff)]);
}
