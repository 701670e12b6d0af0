import type { Cell, Row, RowName, Sample, SideName } from './types.ts';

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The median of one figure of a cell. */
export function middle({ samples }: Pick<Cell, 'samples'>, key: keyof Sample): number {
  return median(samples.map((sample) => sample[key] ?? Number.NaN));
}

/** One side's samples in a row; undefined if it was not measured there. */
export function cellOf({ cells }: Row, side: SideName): Cell | undefined {
  return cells.find((cell) => cell.side === side);
}

/** Seconds of the peer over seconds of a side: 2 = twice as fast. */
export function speedup(row: Row, side: SideName): number {
  const [peer, ours] = [cellOf(row, 'peer'), cellOf(row, side)];
  return peer === undefined || ours === undefined ? Number.NaN : middle(peer, 'wall') / middle(ours, 'wall');
}

/** The row of one situation; undefined if it was not measured. */
export function rowOf(rows: readonly Row[], { row, bytecode, push = false }: Situation): Row | undefined {
  return rows.find((each) => each.row === row && each.bytecode === bytecode && (each.push ?? false) === push);
}

/** What tells rows of a project apart. */
export type Situation = Pick<Row, 'row' | 'bytecode' | 'push'>;

/** How people read a row's name. */
export const rowTitles: Readonly<Record<RowName, string>> = {
  cold: 'cold',
  source: 'one source file changed',
  bump: 'one package bumped',
  nothing: 'nothing changed',
  known: 'new machine, known image',
};

/** The same with the compiler's and the registry's part in it. */
export function titleOf({ row, bytecode, push = false }: Situation): string {
  return `${rowTitles[row]}, ${bytecode ? 'bytecode' : 'no bytecode'}${push ? ', push' : ''}`;
}
