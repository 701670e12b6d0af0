import { ToolError } from '../errors/index.ts';
import { isTable } from '../project/index.ts';

/** What `exclude-newer` says: an instant, or so long before now. */
export type Cutoff =
  | {
      readonly kind: 'instant' /** Milliseconds since 1970. */;
      readonly time: number /** One text per instant, to the nanosecond. */;
      readonly key: string;
    }
  | { readonly kind: 'span'; readonly fields: readonly Field[] /** One text per span. */; readonly key: string };

type Unit = 'weeks' | 'days' | 'hours' | 'minutes' | 'seconds';
type Field = readonly [unit: Unit, count: number];

/**
 * Reads a value of `exclude-newer`: a time with its zone, a day (whose end counts, where uv runs), a span of time (`P3W`, `2 weeks`), or the table that a
 * lock writes. `undefined` for no value. Errors: CONFIG_INVALID for what uv would refuse too.
 */
export function parseCutoff(value: unknown): Cutoff | undefined {
  if (value === undefined || value === '') return undefined;
  if (isTable(value)) return parseCutoff(value.span ?? value.timestamp);
  const cutoff = typeof value === 'string' ? readCutoff(value.trim()) : undefined;
  if (cutoff !== undefined) return cutoff;
  throw new ToolError('CONFIG_INVALID', `exclude-newer is neither a time nor a span of time: ${JSON.stringify(value)}`, {
    hint: 'write it as 2026-11-01T00:00:00Z, 2026-11-01 or "2 weeks"',
  });
}

const milliseconds: Readonly<Record<Unit, number>> = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
};
const units = Object.keys(milliseconds) as readonly Unit[];

/** The instant that a cutoff means, in milliseconds since 1970 like `now`. */
export function cutoffTime(cutoff: Cutoff, now: number): number {
  if (cutoff.kind === 'instant') return cutoff.time;
  return cutoff.fields.reduce((time, [unit, count]) => time - count * milliseconds[unit], now);
}

function readCutoff(text: string): Cutoff | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return endOfDay(text);
  return /^\d{4}-\d{2}-\d{2}[T ]/i.test(text) ? timestamp(text) : span(text);
}

function endOfDay(text: string): Cutoff | undefined {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number);
  const start = new Date(year, month - 1, day);
  if (start.getMonth() !== month - 1 || start.getDate() !== day) return undefined;
  return instant(new Date(year, month - 1, day + 1), '');
}

/** A `Date` holds milliseconds, uv nanoseconds: the rest of the fraction is kept in the key. */
function timestamp(text: string): Cutoff | undefined {
  if (!/(z|[+-]\d{2}:?\d{2})$/i.test(text)) return undefined;
  const rest = /\.\d{3}(\d*?)0*(?=\D|$)/.exec(text)?.[1] ?? '';
  return instant(new Date(text.replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1')), rest === '' ? '' : ` +${rest}`);
}

function instant(date: Date, rest: string): Cutoff | undefined {
  const time = date.getTime();
  return Number.isNaN(time) ? undefined : { kind: 'instant', time, key: `${date.toISOString()}${rest}` };
}

/** Compared field by field as uv does: 7 days are not 1 week, but nothing of any unit is the same nothing. */
function span(text: string): Cutoff | undefined {
  const fields = /^[+-]?p/i.test(text) ? isoFields(text) : friendlyFields(text);
  if (fields === undefined || fields.length === 0) return undefined;
  const counted = fields.filter(([, count]) => count > 0).map(([unit, count]) => `${count} ${unit}`);
  return { kind: 'span', fields, key: `span ${counted.join(' ') || '0'}` };
}

function isoFields(text: string): readonly Field[] | undefined {
  const found = /^p(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)?$/i.exec(text);
  if (found === null) return undefined;
  return units.flatMap((unit, index) => (found[index + 1] === undefined ? [] : [[unit, Number(found[index + 1])] as const]));
}

const friendly = /^(\d+)\s*(weeks?|wks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\s*,?\s*/i;

function friendlyFields(text: string): readonly Field[] | undefined {
  const fields: Field[] = [];
  let rest = text.replace(/\s+ago$/i, '');
  for (let found = friendly.exec(rest); found !== null; found = friendly.exec(rest)) {
    const initial = found[2]?.charAt(0).toLowerCase() ?? '';
    const unit = units.find((name) => name.startsWith(initial));
    if (unit === undefined) return undefined;
    fields.push([unit, Number(found[1])]);
    rest = rest.slice(found[0].length);
  }
  return rest === '' ? fields : undefined;
}
