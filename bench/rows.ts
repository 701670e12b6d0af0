import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Side } from './sides.ts';
import type { Cell, Row, RowName, Sample } from './types.ts';

export interface RowOptions {
  readonly bytecode: boolean;
  readonly runs: number;
  /** Whether the sides push. */
  readonly push: boolean;
  /** The source file that changes, below the project. */
  readonly source: string;
}

interface Situation {
  readonly row: RowName;
  /** What happens before a run, untimed. */
  readonly prepare: (side: Side, run: number) => Promise<void>;
}

/** Builds of nothing at hand: every cache empty before each run. */
export async function coldRow(sides: readonly Side[], options: RowOptions): Promise<Row> {
  return await measureRow(sides, { ...options, situation: { row: 'cold', prepare: async (side) => await side.reset() } });
}

/** The situations of a working day, after a build; each side must have one behind it. The nth bump is the nth state of the project. */
export async function dailyRows(sides: readonly Side[], options: RowOptions): Promise<Row[]> {
  const situations: readonly Situation[] = [
    { row: 'source', prepare: async ({ project }, run) => await appendFile(join(project, options.source), `\nCHANGE = ${run}\n`) },
    { row: 'bump', prepare: async (side, run) => await side.change(run + 1) },
    { row: 'nothing', prepare: async () => undefined },
    ...(options.push ? [{ row: 'known' as const, prepare: async (side: Side) => await side.forget() }] : []),
  ];
  const rows: Row[] = [];
  for (const situation of situations) rows.push(await measureRow(sides, { ...options, situation }));
  return rows;
}

/** One side after the other, again and again, so that what else the machine does meets all of them. */
async function measureRow(
  sides: readonly Side[],
  { bytecode, runs, push, situation }: RowOptions & { readonly situation: Situation },
): Promise<Row> {
  const { row, prepare } = situation;
  const taken = new Map<Side, Sample[]>(sides.map((side) => [side, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const [side, samples] of taken) {
      await prepare(side, run);
      const sample = await side.build(row);
      samples.push(sample);
      const what = `${row}${push ? ' and push' : ''} ${side.name} ${bytecode ? 'with' : 'without'} bytecode`;
      console.error(`  ${what}: ${sample.wall.toFixed(2)} s, load ${sample.load.toFixed(1)}`);
    }
  }
  const cells: Cell[] = [];
  for (const [side, samples] of taken) cells.push({ side: side.name, samples, ...(await trafficOf(side, { situation, runs })) });
  return { row, bytecode, push, cells };
}

/** One more build, through the port where bytes are counted. */
async function trafficOf(
  side: Side,
  { situation: { row, prepare }, runs }: { readonly situation: Situation; readonly runs: number },
): Promise<Pick<Cell, 'traffic'>> {
  if (side.count === undefined) return {};
  await prepare(side, runs);
  return { traffic: await side.count(row) };
}
