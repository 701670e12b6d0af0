import { text } from './kinds.ts';
import { malformed } from './malformed.ts';

/** 1 for ASCII characters that keep a string from being interned: all but letters, digits and `_`. */
const other = Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x80 && !/\w/.test(String.fromCharCode(byte)) ? 1 : 0));

/**
 * The bits of `text` that follow from a string's bytes alone, UTF-8 in which surrogates may stand (`surrogatepass`).
 *
 * CPython interns constants of ASCII letters, digits and `_` (`should_intern_string` in `codeobject.c`), and by way of the parser
 * keyword names beyond ASCII; which of the other strings are interned depends on what else has run. A string beyond ASCII whose
 * ASCII characters are all such is therefore always interned here: a rule without tables of Unicode, which differ between releases.
 */
export function classify(bytes: Uint8Array, start: number, size: number): number {
  let all = 0;
  let others = 0;
  for (let at = start; at < start + size; at++) {
    const byte = bytes[at] as number;
    all |= byte;
    others |= other[byte] as number;
  }
  if (all >= 0x80) checkUtf8(bytes, start, start + size);
  return (all < 0x80 ? text.ascii : 0) | (others === 0 ? text.interned : 0);
}

function checkUtf8(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; ) {
    const lead = bytes[at] as number;
    const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0 || at + length > end) throw malformed('a string that is not UTF-8', at);
    let point = length === 1 ? lead : lead & (0x7f >> length);
    for (let next = at + 1; next < at + length; next++) {
      const byte = bytes[next] as number;
      if ((byte & 0xc0) !== 0x80) throw malformed('a string that is not UTF-8', next);
      point = (point << 6) | (byte & 0x3f);
    }
    if ((length === 3 && point < 0x800) || (length === 4 && (point < 0x10000 || point > 0x10ffff))) {
      throw malformed('a string that is not UTF-8', at);
    }
    at += length;
  }
}
