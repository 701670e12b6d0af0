import { Cursor } from './cursor.ts';
import { code, codeChild, codeChildKinds, codeHeadSize, flagRef, kind, singletons, text } from './kinds.ts';
import { readLeaf } from './leaves.ts';
import { malformed } from './malformed.ts';
import { grown, type Nodes } from './nodes.ts';
import { compareNodes } from './order.ts';

/** As in CPython (`MAX_MARSHAL_STACK_DEPTH`). */
const maxDepth = 2000;
/** What a reference points to while its object is still being read. */
const unfinished = -1;

/** What differs between the minors. */
export interface Dialect {
  /** Constant slices, marshal version 5. */
  readonly slices: boolean;
  /** Whether the compiler interns qualified names. */
  readonly internsQualnames: boolean;
}

/** Reads marshal data into nodes. Throws INTERNAL for whatever CPython does not write for a code object. */
export class Reader {
  readonly #nodes: Nodes;
  readonly #dialect: Dialect;
  readonly #cursor: Cursor;
  #depth = 0;
  #refs = new Int32Array(256);
  #refCount = 0;
  /** Children of the objects that are being read. */
  #open = new Int32Array(256);
  #openCount = 0;

  constructor(nodes: Nodes, dialect: Dialect) {
    this.#nodes = nodes;
    this.#dialect = dialect;
    this.#cursor = new Cursor(nodes.bytes);
  }

  /** The node of the one code object that the data holds. */
  readAll(): number {
    const root = this.#read();
    if (this.#cursor.at !== this.#cursor.bytes.length) throw malformed('bytes after the end', this.#cursor.at);
    if (this.#nodes.kinds[root] !== kind.code) throw malformed('no code object', 0);
    return root;
  }

  #read(): number {
    const byte = this.#cursor.byte();
    if (byte === code.ref) return this.#readRef();
    const type = byte & ~flagRef;
    const ref = type === byte ? unfinished : this.#reserve();
    const node = type === code.code ? this.#readCode() : this.#readObject(type);
    if (ref === unfinished) return node;
    if (node < singletons.length) throw malformed('a flag on a singleton', this.#cursor.at - 1);
    this.#refs[ref] = node;
    return node;
  }

  /** The number of a reference; numbers are given in the order in which objects begin. */
  #reserve(): number {
    if (this.#refCount === this.#refs.length) this.#refs = grown(this.#refs, 0);
    this.#refs[this.#refCount] = unfinished;
    return this.#refCount++;
  }

  #readRef(): number {
    const ref = this.#cursor.int();
    const node = ref >= 0 && ref < this.#refCount ? (this.#refs[ref] as number) : unfinished;
    if (node === unfinished) throw malformed('a reference to nothing', this.#cursor.at - 4);
    return node;
  }

  #readObject(type: number): number {
    if (type === code.smallTuple) return this.#readParent(kind.tuple, this.#cursor.byte());
    if (type === code.tuple) return this.#readParent(kind.tuple, this.#cursor.int());
    if (type === code.frozenset) return this.#readParent(kind.frozenset, this.#cursor.int());
    if (type === code.slice && this.#dialect.slices) return this.#readParent(kind.slice, 3);
    return readLeaf(this.#nodes, this.#cursor, type);
  }

  #readParent(nodeKind: number, size: number): number {
    const from = this.#openCount;
    this.#readChildren(size);
    if (nodeKind === kind.frozenset) {
      this.#open.subarray(from, this.#openCount).sort((left, right) => compareNodes(this.#nodes, left, right));
    }
    this.#openCount = from;
    return this.#nodes.parent(nodeKind, this.#open, from, from + size);
  }

  #readChildren(size: number): void {
    const { bytes, at } = this.#cursor;
    // Each child takes a byte or more.
    if (size < 0 || size > bytes.length - at) throw malformed('a size out of bounds', at);
    if (++this.#depth > maxDepth) throw malformed('objects nested too deeply', at);
    for (let left = size; left > 0; left--) {
      const child = this.#read();
      if (this.#openCount === this.#open.length) this.#open = grown(this.#open, 0);
      this.#open[this.#openCount++] = child;
    }
    this.#depth--;
  }

  #readCode(): number {
    const head = this.#cursor.skip(codeHeadSize);
    const from = this.#openCount;
    this.#readChildren(codeChild.lineTable);
    const firstLine = this.#cursor.skip(4);
    this.#readChildren(codeChildKinds.length - codeChild.lineTable);
    this.#openCount = from;
    const nodes = this.#nodes;
    const node = nodes.add(kind.code, nodes.adopt(this.#open, from, from + codeChildKinds.length), firstLine);
    nodes.extras[node] = head;
    this.#settleCode(node);
    return node;
  }

  #settleCode(node: number): void {
    const nodes = this.#nodes;
    codeChildKinds.forEach((expected, place) => {
      if (nodes.kinds[nodes.child(node, place)] !== expected) throw malformed('a code object with a wrong part', this.#cursor.at);
    });
    this.#internAll(nodes.child(node, codeChild.names));
    this.#internAll(nodes.child(node, codeChild.localNames));
    this.#intern(nodes.child(node, codeChild.filename));
    this.#intern(nodes.child(node, codeChild.name));
    if (this.#dialect.internsQualnames) this.#intern(nodes.child(node, codeChild.qualname));
  }

  #internAll(tuple: number): void {
    for (let place = (this.#nodes.sizes[tuple] as number) - 1; place >= 0; place--) this.#intern(this.#nodes.child(tuple, place));
  }

  #intern(node: number): void {
    if (this.#nodes.kinds[node] !== kind.string) throw malformed('a name that is no string', this.#cursor.at);
    this.#nodes.extras[node] = (this.#nodes.extras[node] as number) | text.interned;
  }
}
