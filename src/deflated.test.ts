import { describe, expect, it } from 'vitest';
import { type DeflatedPiece, type DeflateEnd, watchPlain } from './deflated.ts';

const end: DeflateEnd = { lastBlock: 3, end: 20 };

function source(): { closed: string[]; pieces: Generator<DeflatedPiece, DeflateEnd> } {
  const closed: string[] = [];
  function* pieces(): Generator<DeflatedPiece, DeflateEnd> {
    try {
      yield { kind: 'plain', bytes: Uint8Array.of(1) };
      yield { kind: 'raw', bytes: Uint8Array.of(2) };
      yield { kind: 'plain', bytes: Uint8Array.of(3) };
      return end;
    } finally {
      closed.push('closed');
    }
  }
  return { closed, pieces: pieces() };
}

describe('watchPlain', () => {
  it('shows the plain bytes, passes on all pieces and the end', () => {
    const seen: number[] = [];
    const watched = watchPlain(source().pieces, (bytes) => seen.push(...bytes));
    const steps = [watched.next(), watched.next(), watched.next(), watched.next()];
    expect(steps.map((step) => (step.done ? step.value : step.value.kind))).toEqual(['plain', 'raw', 'plain', end]);
    expect(seen).toEqual([1, 3]);
  });

  it('closes its source when it is left', () => {
    const { closed, pieces } = source();
    for (const _ of watchPlain(pieces, () => {})) break;
    expect(closed).toEqual(['closed']);
  });

  it('closes its source when a piece is refused, before that piece is seen', () => {
    const { closed, pieces } = source();
    const refuse = () => {
      throw new Error('refused');
    };
    expect(() => watchPlain(pieces, refuse).next()).toThrow('refused');
    expect(closed).toEqual(['closed']);
  });
});
