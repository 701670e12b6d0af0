/** Marshal data for the tests of this folder: Python values as plain data, written in any of the ways in which CPython might. */

export type Value =
  | null
  | boolean
  | { readonly int: number }
  | { readonly long: readonly number[] }
  /** Eight bytes each: one for a float, two for a complex number. */
  | { readonly doubles: readonly (readonly number[])[] }
  | { readonly bytes: string }
  | string
  | readonly Value[]
  | { readonly frozenset: readonly Value[] }
  | { readonly slice: readonly [Value, Value, Value] }
  | Code
  /** The bytes as they are. */
  | Uint8Array;

export interface Code {
  readonly name: string;
  readonly consts: readonly Value[];
  readonly names?: readonly Value[];
  readonly qualname?: string;
}

/** What CPython decides by reference counts and by what was interned before. */
export interface Ways {
  /** Whether to flag an object that is not interned. */
  readonly flag: () => boolean;
  /** Whether a value that equals an earlier, flagged one is that object. */
  readonly share: () => boolean;
  /** Whether a string that need not be interned is. */
  readonly intern: () => boolean;
  /** Whether to turn around the elements of frozensets. */
  readonly turn: () => boolean;
}

export const plainly: Ways = { flag: () => false, share: () => false, intern: () => false, turn: () => false };
export const nan = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f];

/** One code object. */
export function dump(value: Value, ways: Ways = plainly): Uint8Array {
  return Uint8Array.from(new Dump(ways).write(value));
}

export function int32(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
}

export function letter(text: string): number {
  return text.charCodeAt(0);
}

class Dump {
  readonly #ways: Ways;
  readonly #refs = new Map<string, number>();
  #refCount = 0;

  constructor(ways: Ways) {
    this.#ways = ways;
  }

  write(value: Value): number[] {
    if (value instanceof Uint8Array) return [...value];
    if (value === null) return [letter('N')];
    if (typeof value === 'boolean') return [letter(value ? 'T' : 'F')];
    const key = JSON.stringify(value);
    const known = this.#refs.get(key);
    if (known !== undefined && this.#ways.share()) return [letter('r'), ...int32(known)];
    const flagged = this.#ways.flag();
    // NaN equals nothing, and code objects are never merged.
    const mergeable = !key.includes(JSON.stringify(nan)) && !key.includes('"consts"');
    if (flagged && mergeable) this.#refs.set(key, this.#refCount);
    if (flagged) this.#refCount++;
    const [type = 0, ...rest] = this.#object(value);
    return [flagged ? type | 0x80 : type, ...rest];
  }

  #object(value: Exclude<Value, null | boolean | Uint8Array>): number[] {
    if (typeof value === 'string') return this.#string(value);
    if (isTuple(value)) return [...sized(')', '(', value.length), ...this.#all(value)];
    if ('int' in value) return [letter('i'), ...int32(value.int)];
    if ('long' in value) return [letter('l'), ...int32(value.long.length), ...value.long.flatMap((digit) => [digit & 255, digit >> 8])];
    if ('doubles' in value) return [letter(value.doubles.length === 1 ? 'g' : 'y'), ...value.doubles.flat()];
    if ('bytes' in value) return [letter('s'), ...int32(value.bytes.length), ...Buffer.from(value.bytes, 'latin1')];
    if ('slice' in value) return [letter(':'), ...this.#all(value.slice)];
    if ('frozenset' in value) {
      const elements = this.#ways.turn() ? value.frozenset.toReversed() : value.frozenset;
      return [letter('>'), ...int32(elements.length), ...this.#all(elements)];
    }
    return this.#code(value);
  }

  #all(values: readonly Value[]): number[] {
    return values.flatMap((value) => this.write(value));
  }

  #code(value: Code): number[] {
    const before = [{ bytes: 'code' }, value.consts, value.names ?? [], ['self'], { bytes: ' ' }, '/f.py', value.name];
    return [
      letter('c'),
      ...new Array<number>(20).fill(1),
      ...this.#all([...before, value.qualname ?? value.name]),
      ...int32(7),
      ...this.#all([{ bytes: 'lines' }, { bytes: '' }]),
    ];
  }

  #string(value: string): number[] {
    const bytes = Buffer.from(value);
    const interned = this.#ways.intern();
    if (bytes.length !== value.length) return [letter(interned ? 't' : 'u'), ...int32(bytes.length), ...bytes];
    return [...(interned ? sized('Z', 'A', bytes.length) : sized('z', 'a', bytes.length)), ...bytes];
  }
}

function sized(short: string, long: string, size: number): number[] {
  return size < 256 ? [letter(short), size] : [letter(long), ...int32(size)];
}

function isTuple(value: object): value is readonly Value[] {
  return Array.isArray(value);
}
