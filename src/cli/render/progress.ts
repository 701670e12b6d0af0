import type { Emit, WherryEvent } from '../../events.ts';
import { formatDuration, formatSize } from '../format.ts';
import type { Palette } from './palette.ts';

export interface Progress {
  readonly emit: Emit;
  /** Removes the live block; call before the last lines are printed. */
  finish(): void;
}

export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** `live`: one block that is redrawn; `lines`: one line per finished stage; `quiet`: warnings only. */
  readonly mode: 'live' | 'lines' | 'quiet';
  readonly palette: Palette;
  readonly now: () => number;
}

/** Turns events into text on stderr. */
export function createProgress(options: ProgressOptions): Progress {
  const live = options.mode === 'live' ? createLiveBlock(options) : undefined;
  const line = (text: string): void => {
    live?.clear();
    options.write(`${text}\n`);
  };
  const emit = (event: WherryEvent): void => {
    const text = eventLine(event, options);
    if (text !== undefined) line(text);
    live?.update(event);
  };
  return { emit, finish: () => live?.clear() };
}

/** The line that an event leaves behind, or undefined if it leaves none. */
export function eventLine(event: WherryEvent, { mode, palette }: Pick<ProgressOptions, 'mode' | 'palette'>): string | undefined {
  if (event.type === 'warning') return [`${palette.yellow('warning')}: ${event.message}`, hintLine(event.hint)].filter(Boolean).join('\n');
  if (mode === 'quiet') return undefined;
  if (event.type === 'note') return [palette.dim(event.message), hintLine(event.hint)].filter(Boolean).join('\n');
  if (event.type === 'stage' && event.state === 'done') {
    const note = event.note === undefined ? '' : `  ${event.note}`;
    return `${palette.green('✓')} ${event.stage.padEnd(8)} ${palette.dim(formatDuration(event.milliseconds).padStart(7))}${note}`;
  }
  return undefined;
}

function hintLine(hint: string | undefined): string | undefined {
  return hint === undefined ? undefined : `hint: ${hint}`;
}

/** Redraws at most every 80 ms, so that thousands of progress events cost nothing. */
function createLiveBlock({ write, palette, now }: ProgressOptions): { update(event: WherryEvent): void; clear(): void } {
  const items = new Map<string, Extract<WherryEvent, { type: 'progress' }>>();
  let drawn = false;
  let last = 0;
  const clear = (): void => {
    if (drawn) write('\r\u001b[2K');
    drawn = false;
  };
  const draw = (): void => {
    const active = [...items.values()];
    const done = active.reduce((sum, item) => sum + item.done, 0);
    const names = active
      .slice(0, 2)
      .map((item) => item.item)
      .join(', ');
    write(
      `\r\u001b[2K${palette.cyan('…')} ${active[0]?.stage ?? ''} ${formatSize(done)}  ${names}${active.length > 2 ? ` and ${active.length - 2} more` : ''}`,
    );
    drawn = true;
  };
  const update = (event: WherryEvent): void => {
    if (event.type === 'stage') items.clear();
    if (event.type !== 'progress') return;
    if (event.total !== undefined && event.done >= event.total) items.delete(event.item);
    else items.set(event.item, event);
    if (items.size === 0 || now() - last < 80) return;
    last = now();
    draw();
  };
  return { update, clear };
}
