import { cellOf, middle, rowTitles, speedup } from './statistics.ts';
import type { BenchResult, ProjectResult, Row } from './types.ts';

const [width, left, right] = [780, 250, 130];
const [barHeight, rowHeight, headHeight] = [13, 38, 46];

const style = `
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.quiet { fill: #59636e }
.peer { fill: #9aa4af }
.ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .quiet { fill: #9198a1 }
  .peer { fill: #656c76 }
  .ours { fill: #4493f8 }
}`;

/** Bars of the seconds of both sides, as an SVG that follows the reader's light or dark page. Each project has a scale of its own. */
export function chart({ projects, date }: Pick<BenchResult, 'projects' | 'date'>): string {
  let top = 30;
  const groups = projects.map((project) => {
    const group = projectBars(project, top);
    top += headHeight + rowHeight * project.rows.length;
    return group;
  });
  const legend =
    '<rect class="peer" x="0" y="4" width="13" height="13"/><text x="19" y="15">Dockerfile with uv, buildx</text>' +
    '<rect class="ours" x="210" y="4" width="13" height="13"/><text x="229" y="15">wherry build</text>' +
    `<text class="quiet" x="${width}" y="15" text-anchor="end">seconds, medians, ${date}</text>`;
  const label = 'Seconds of builds by a Dockerfile with uv and by wherry build';
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" role="img" aria-label="${label}">`;
  return `${open}\n<style>${style}\n</style>\n${[legend, ...groups].join('\n')}\n</svg>\n`;
}

function projectBars({ name, packages, rows }: ProjectResult, top: number): string {
  const longest = Math.max(...rows.flatMap((row) => row.cells.map((cell) => middle(cell, 'wall'))));
  const scale = (width - left - right) / longest;
  const title = `<text class="title" x="0" y="${top + 26}">${name}, ${packages} packages</text>`;
  return [title, ...rows.map((row, index) => rowBars(row, { top: top + headHeight + index * rowHeight - 8, scale }))].join('\n');
}

function rowBars(row: Row, { top, scale }: { readonly top: number; readonly scale: number }): string {
  const [peer, ours] = [cellOf(row, 'peer'), cellOf(row, 'bundle')].map((cell) => (cell === undefined ? 0 : middle(cell, 'wall')));
  const middleOfRow = top + barHeight + 5;
  return [
    `<text x="0" y="${middleOfRow}">${rowTitles[row.row]}<tspan class="quiet">${row.bytecode ? '' : ', no bytecode'}${row.push ? ', pushed' : ''}</tspan></text>`,
    bar('peer', { seconds: peer ?? 0, top, scale, note: '' }),
    bar('ours', { seconds: ours ?? 0, top: top + barHeight + 1, scale, note: ` (${factor(speedup(row, 'bundle'))})` }),
  ].join('\n');
}

interface Bar {
  readonly seconds: number;
  readonly top: number;
  /** Pixels per second. */
  readonly scale: number;
  readonly note: string;
}

function bar(side: 'peer' | 'ours', { seconds, top, scale, note }: Bar): string {
  const length = Math.max(1, seconds * scale);
  const text = `<text class="quiet" x="${(left + length + 6).toFixed(1)}" y="${top + 11}">${seconds.toFixed(2)}${note}</text>`;
  return `<rect class="${side}" x="${left}" y="${top}" width="${length.toFixed(1)}" height="${barHeight}"/>${text}`;
}

function factor(times: number): string {
  return `${times.toFixed(times < 10 ? 1 : 0)}×`;
}
