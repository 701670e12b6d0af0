import { kind, singletons } from './kinds.ts';

/**
 * The distinct objects of one piece of marshal data, each with a number from 0. Equal constants share a number, however often and
 * however they were written; NaN and code objects, which equal values do not make one object, never do.
 *
 * Everything is kept in typed arrays that are used again for the next piece.
 */
export class Nodes {
  /** The bytes that leaves point into. */
  bytes: Uint8Array = new Uint8Array(0);
  count = 0;
  /** One of `kind`, or a singleton's type code. */
  kinds = new Uint8Array(1024);
  /** Where the content of a leaf starts in `bytes`, or where children start in `children`. */
  starts = new Int32Array(1024);
  /** Bytes of content, or number of children; of code objects, where the first line number stands in `bytes`. */
  sizes = new Int32Array(1024);
  /** How many distinct parents' places hold the node. */
  uses = new Int32Array(1024);
  /** Of strings: bits of `text`. Of code objects: where their head starts in `bytes`. */
  extras = new Int32Array(1024);
  children = new Int32Array(4096);
  childCount = 0;
  #hashes = new Int32Array(1024);
  /** Nodes with the same slot, chained: number + 1, or 0 at the end. */
  #next = new Int32Array(1024);
  #slots = new Int32Array(1024);
  #mask = 0;

  /** Forgets everything and begins with the singletons, whose numbers are their places in `singletons`. */
  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.count = 0;
    this.childCount = 0;
    // A node takes some 15 bytes of real bytecode.
    const slots = 2 ** Math.ceil(Math.log2(Math.max(64, bytes.length / 8)));
    if (slots > this.#slots.length) this.#slots = new Int32Array(slots);
    this.#mask = slots - 1;
    this.#slots.fill(0, 0, slots);
    for (const singleton of singletons) this.add(singleton, 0, 0);
  }

  /** A node of its own, equal to no other. Children, if it has any, must stand in `children` already. */
  add(nodeKind: number, start: number, size: number): number {
    const node = this.count;
    if (node === this.kinds.length) this.#grow();
    this.kinds[node] = nodeKind;
    this.starts[node] = start;
    this.sizes[node] = size;
    this.uses[node] = 0;
    this.extras[node] = 0;
    this.count = node + 1;
    return node;
  }

  /** The node of a leaf with this content: the one that exists, or a new one. */
  leaf(nodeKind: number, start: number, size: number): number {
    const { bytes } = this;
    let hash = nodeKind ^ size;
    for (let at = start; at < start + size; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    hash ^= hash >>> 15;
    for (let link = this.#slots[hash & this.#mask] as number; link !== 0; link = this.#next[link - 1] as number) {
      const other = link - 1;
      if (this.#hashes[other] === hash && this.#sameLeaf(other, nodeKind, start, size)) return other;
    }
    return this.#chain(this.add(nodeKind, start, size), hash);
  }

  /** The node of a tuple, frozenset or slice with these children: the one that exists, or a new one that uses each of them. */
  parent(nodeKind: number, list: Int32Array, from: number, to: number): number {
    let hash = nodeKind ^ (to - from);
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (list[at] as number), 0x01000193);
    hash ^= hash >>> 15;
    for (let link = this.#slots[hash & this.#mask] as number; link !== 0; link = this.#next[link - 1] as number) {
      const other = link - 1;
      if (this.#hashes[other] === hash && this.#sameParent(other, nodeKind, list, from, to)) return other;
    }
    const start = this.adopt(list, from, to);
    return this.#chain(this.add(nodeKind, start, to - from), hash);
  }

  /** Keeps children for a new node and counts their use; returns where they start in `children`. */
  adopt(list: Int32Array, from: number, to: number): number {
    const start = this.childCount;
    if (start + to - from > this.children.length) this.children = grown(this.children, start + to - from);
    const { children, uses } = this;
    for (let at = from, place = start; at < to; at++, place++) {
      const child = list[at] as number;
      children[place] = child;
      uses[child] = (uses[child] as number) + 1;
    }
    this.childCount = start + to - from;
    return start;
  }

  /** The child at a place of a node that has children. */
  child(node: number, place: number): number {
    return this.children[(this.starts[node] as number) + place] as number;
  }

  #chain(node: number, hash: number): number {
    const slot = hash & this.#mask;
    this.#hashes[node] = hash;
    this.#next[node] = this.#slots[slot] as number;
    this.#slots[slot] = node + 1;
    return node;
  }

  #sameLeaf(other: number, nodeKind: number, start: number, size: number): boolean {
    if (this.kinds[other] !== nodeKind || this.sizes[other] !== size) return false;
    const { bytes } = this;
    const first = this.starts[other] as number;
    for (let at = 0; at < size; at++) if (bytes[first + at] !== bytes[start + at]) return false;
    return true;
  }

  #sameParent(other: number, nodeKind: number, list: Int32Array, from: number, to: number): boolean {
    if (this.kinds[other] !== nodeKind || this.sizes[other] !== to - from) return false;
    const first = this.starts[other] as number;
    for (let at = from; at < to; at++) if (this.children[first + at - from] !== list[at]) return false;
    return true;
  }

  #grow(): void {
    const length = this.kinds.length * 2;
    const kinds = new Uint8Array(length);
    kinds.set(this.kinds);
    this.kinds = kinds;
    this.starts = grown(this.starts, length);
    this.sizes = grown(this.sizes, length);
    this.uses = grown(this.uses, length);
    this.extras = grown(this.extras, length);
    this.#hashes = grown(this.#hashes, length);
    this.#next = grown(this.#next, length);
  }
}

/** A longer copy, with room for at least `least`. */
export function grown(list: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(Math.max(least, list.length * 2));
  longer.set(list);
  return longer;
}

/** Whether a node's content is `size` children and not bytes. */
export function hasChildren(nodeKind: number): boolean {
  return nodeKind === kind.tuple || nodeKind === kind.frozenset || nodeKind === kind.slice;
}
