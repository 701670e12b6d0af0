/** The polynomial of CRC-32 (RFC 1952 §8). Polynomials are 32-bit numbers whose highest bit is the coefficient of x^0. */
const polynomial = 0xedb88320;
const one = 0x80000000;
/** x^8: what one more byte multiplies by. */
const byte = 0x00800000;

/** CRC-32 of a file in two parts, from the parts' checksums and the second part's `length` in bytes (up to 2^53). */
export function combineCrc32(first: number, second: number, length: number): number {
  let factor = one;
  let square = byte;
  for (let left = length; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) factor = multiply(factor, square);
    square = multiply(square, square);
  }
  return (multiply(first, factor) ^ second) >>> 0;
}

/** The product modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  let power = b;
  for (let left = a; left !== 0; left <<= 1) {
    if ((left & one) !== 0) product ^= power;
    power = (power & 1) === 0 ? power >>> 1 : (power >>> 1) ^ polynomial;
  }
  return product;
}
