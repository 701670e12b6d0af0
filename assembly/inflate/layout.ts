// Where everything lies in the fixed memory. The first page belongs to the compiler.

/** Code lengths of one dynamic block, u8: literal and length codes, then distance codes right behind. */
export const LENGTHS: usize = 0x10000;
/** Symbols of one code in canonical order, u16. */
export const SORTED: usize = LENGTHS + 512;
/** How many codes have each length, u32[16]; then where the symbols of each length begin in `SORTED`. */
export const COUNTS: usize = SORTED + 1024;
export const STARTS: usize = COUNTS + 64;
/** What a symbol means, u32: an entry of a decoding table without its code length. */
export const LITERAL_MEANINGS: usize = STARTS + 64;
export const DISTANCE_MEANINGS: usize = LITERAL_MEANINGS + 288 * 4;
export const CODE_MEANINGS: usize = DISTANCE_MEANINGS + 32 * 4;
/** Decoding tables, u32. With subtables, no complete code of 288 symbols needs 4096 entries, none of 32 symbols 2048. */
export const CODE_TABLE: usize = 0x11000;
export const FIXED_LITERALS: usize = CODE_TABLE + 128 * 4;
export const FIXED_DISTANCES: usize = FIXED_LITERALS + 512 * 4;
export const LITERALS: usize = 0x12000;
export const DISTANCES: usize = LITERALS + 4096 * 4;
/** Input: up to 8 bytes left over and 1 MiB, and room for reading words beyond. */
export const INPUT: usize = 0x18000;
export const INPUT_SIZE: usize = 0x100000;
/** Output: a window of 32 KiB, 1 MiB behind it, and room for the match that crosses the end. */
export const OUTPUT: usize = INPUT + INPUT_SIZE + 0x1000;
export const WINDOW_SIZE: usize = 0x8000;
export const OUTPUT_END: usize = OUTPUT + WINDOW_SIZE + 0x100000;
export const MEMORY_END: usize = OUTPUT_END + 0x1000;
