import { kind } from './kinds.ts';
import { malformed } from './malformed.ts';
import { hasChildren, type Nodes } from './nodes.ts';

/**
 * A total order of nodes that depends on nothing but their values: by kind, then bytes, then children. CPython orders the elements of
 * a frozenset by their own marshal data, in which flags stand that depend on reference counts.
 */
export function compareNodes(nodes: Nodes, left: number, right: number): number {
  if (left === right) return 0;
  const leftKind = nodes.kinds[left] as number;
  const kinds = leftKind - (nodes.kinds[right] as number);
  if (kinds !== 0) return kinds;
  if (leftKind === kind.code) throw malformed('a code object in a set', nodes.extras[left] as number);
  return hasChildren(leftKind) ? compareChildren(nodes, left, right) : compareBytes(nodes, left, right);
}

function compareChildren(nodes: Nodes, left: number, right: number): number {
  const size = nodes.sizes[left] as number;
  const sizes = size - (nodes.sizes[right] as number);
  if (sizes !== 0) return sizes;
  for (let place = 0; place < size; place++) {
    const order = compareNodes(nodes, nodes.child(left, place), nodes.child(right, place));
    if (order !== 0) return order;
  }
  return 0;
}

function compareBytes(nodes: Nodes, left: number, right: number): number {
  const { bytes } = nodes;
  const leftSize = nodes.sizes[left] as number;
  const rightSize = nodes.sizes[right] as number;
  const leftStart = nodes.starts[left] as number;
  const rightStart = nodes.starts[right] as number;
  for (let at = 0; at < leftSize && at < rightSize; at++) {
    const order = (bytes[leftStart + at] as number) - (bytes[rightStart + at] as number);
    if (order !== 0) return order;
  }
  return leftSize - rightSize;
}
