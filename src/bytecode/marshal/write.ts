import { code, codeChild, codeChildKinds, codeHeadSize, flagRef, kind, singletons, text } from './kinds.ts';
import { grown, type Nodes } from './nodes.ts';

/** Sizes up to this have a short spelling. */
const shortest = 255;
/** Copying byte by byte is faster up to here. */
const fewBytes = 32;

/** Writes nodes as marshal data: each once, by reference when it comes again. Never longer than the data that was read. */
export class Writer {
  readonly #nodes: Nodes;
  #out: Uint8Array;
  #at = 0;
  /** Numbers of references by node, from 1; 0 before the node is written. */
  #numbers = new Int32Array(1024);
  #numberCount = 0;

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
    this.#out = new Uint8Array(0);
  }

  /** The marshal data of a node, written into `out`; returns its length. What does not fit is lost. */
  writeAll(root: number, out: Uint8Array): number {
    this.#out = out;
    this.#at = 0;
    this.#numberCount = 0;
    if (this.#nodes.count > this.#numbers.length) this.#numbers = grown(this.#numbers, this.#nodes.count);
    this.#numbers.fill(0, 0, this.#nodes.count);
    this.#write(root);
    return this.#at;
  }

  #write(node: number): void {
    if (node < singletons.length) {
      this.#out[this.#at++] = singletons[node] as number;
      return;
    }
    const number = this.#numbers[node] as number;
    if (number > 0) {
      this.#head(code.ref, number - 1);
      return;
    }
    const shared = (this.#nodes.uses[node] as number) > 1 && !this.#isUnique(node);
    if (shared) this.#numbers[node] = ++this.#numberCount;
    this.#writeObject(node, shared ? flagRef : 0);
  }

  /** Whether CPython has one object for the value, however often it is read, so that no reference is needed to keep it one. */
  #isUnique(node: number): boolean {
    const { kinds, sizes, starts, extras, bytes } = this.#nodes;
    const size = sizes[node] as number;
    switch (kinds[node]) {
      case kind.string:
        return size === 0 || (size === 1 && ((extras[node] as number) & text.ascii) !== 0);
      case kind.tuple:
      case kind.bytes:
        return size === 0;
      case kind.int:
        return isSmall(bytes, starts[node] as number);
      default:
        return false;
    }
  }

  #writeObject(node: number, flag: number): void {
    const { kinds, sizes } = this.#nodes;
    const nodeKind = kinds[node] as number;
    const size = sizes[node] as number;
    switch (nodeKind) {
      case kind.string:
        this.#string(node, flag);
        return;
      case kind.bytes:
        this.#head(code.bytes | flag, size);
        this.#content(node);
        return;
      case kind.tuple:
        this.#sized(code.smallTuple | flag, code.tuple | flag, size);
        this.#children(node, 0, size);
        return;
      case kind.code:
        this.#code(node, flag);
        return;
      case kind.frozenset:
        this.#head(code.frozenset | flag, size);
        this.#children(node, 0, size);
        return;
      case kind.slice:
        this.#out[this.#at++] = code.slice | flag;
        this.#children(node, 0, size);
        return;
      default:
        this.#out[this.#at++] = nodeKind | flag;
        this.#content(node);
    }
  }

  #string(node: number, flag: number): void {
    const bits = this.#nodes.extras[node] as number;
    const size = this.#nodes.sizes[node] as number;
    const interned = (bits & text.interned) !== 0;
    if ((bits & text.ascii) === 0) this.#head((interned ? code.unicodeInterned : code.unicode) | flag, size);
    else if (interned) this.#sized(code.shortAsciiInterned | flag, code.asciiInterned | flag, size);
    else this.#sized(code.shortAscii | flag, code.ascii | flag, size);
    this.#content(node);
  }

  #code(node: number, flag: number): void {
    this.#out[this.#at++] = code.code | flag;
    this.#copy(this.#nodes.extras[node] as number, codeHeadSize);
    this.#children(node, 0, codeChild.lineTable);
    this.#copy(this.#nodes.sizes[node] as number, 4);
    this.#children(node, codeChild.lineTable, codeChildKinds.length);
  }

  #children(node: number, from: number, to: number): void {
    const start = this.#nodes.starts[node] as number;
    for (let place = from; place < to; place++) this.#write(this.#nodes.children[start + place] as number);
  }

  #content(node: number): void {
    this.#copy(this.#nodes.starts[node] as number, this.#nodes.sizes[node] as number);
  }

  #copy(start: number, size: number): void {
    const { bytes } = this.#nodes;
    const out = this.#out;
    const to = this.#at;
    this.#at = to + size;
    if (size > fewBytes) out.set(bytes.subarray(start, start + size), to);
    else for (let place = 0; place < size; place++) out[to + place] = bytes[start + place] as number;
  }

  #sized(short: number, long: number, size: number): void {
    if (size > shortest) {
      this.#head(long, size);
      return;
    }
    this.#out[this.#at++] = short;
    this.#out[this.#at++] = size;
  }

  #head(type: number, value: number): void {
    const out = this.#out;
    const at = this.#at;
    out[at] = type;
    out[at + 1] = value;
    out[at + 2] = value >> 8;
    out[at + 3] = value >> 16;
    out[at + 4] = value >> 24;
    this.#at = at + 5;
  }
}

/** Whether the four bytes are an integer from -5 to 256. */
function isSmall(bytes: Uint8Array, at: number): boolean {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  const high = (bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8);
  return high === 0 ? low <= 256 : high === 0xffff && low >= 0xfffb;
}
