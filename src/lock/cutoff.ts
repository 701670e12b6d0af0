import { Unreadable } from './table.ts';

/** One text per `exclude-newer` value: an instant or a span of time. Throws `Unreadable` for what uv would refuse too. */
export function cutoffKey(text: string): string {
  const trimmed = text.trim();
  if (/^\d{4}-\d{2}-\d{2}$/.test(trimmed)) return instantKey(localMidnightAfter(trimmed));
  if (/^\d{4}-\d{2}-\d{2}[T ]/i.test(trimmed)) return timestampKey(trimmed);
  return spanKey(trimmed);
}

/** A bare date means the end of that day where uv runs. */
function localMidnightAfter(text: string): Date {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number);
  return new Date(year, month - 1, day + 1);
}

/** A `Date` holds milliseconds, uv nanoseconds: the rest of the fraction is kept as text. */
function timestampKey(text: string): string {
  const rest = /\.\d{3}(\d*?)0*(?=\D|$)/.exec(text)?.[1] ?? '';
  const date = new Date(text.replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1'));
  if (Number.isNaN(date.getTime()) || !/(z|[+-]\d{2}:?\d{2})$/i.test(text)) throw new Unreadable(`${text} is not a time`);
  return `${instantKey(date)}${rest === '' ? '' : ` +${rest}`}`;
}

function instantKey(date: Date): string {
  return date.toISOString();
}

const units: Readonly<Record<string, string>> = { w: 'weeks', d: 'days', h: 'hours', m: 'minutes', s: 'seconds' };
const friendly = /^(\d+)\s*(weeks?|wks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\s*,?\s*/i;

/** Compared field by field as uv does: 7 days are not 1 week, but nothing of any unit is the same nothing. */
function spanKey(text: string): string {
  const fields = /^[+-]?p/i.test(text) ? isoFields(text) : friendlyFields(text);
  if (fields === undefined || fields.length === 0) throw new Unreadable(`${text} is neither a time nor a span of time`);
  const counted = fields.filter(([, count]) => count > 0).map(([unit, count]) => `${count} ${unit}`);
  return `span ${counted.join(' ') || '0'}`;
}

type Fields = readonly (readonly [unit: string, count: number])[];

function isoFields(text: string): Fields | undefined {
  const found = /^p(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)?$/i.exec(text);
  if (found === null) return undefined;
  return Object.values(units).flatMap((unit, index) => (found[index + 1] === undefined ? [] : [[unit, Number(found[index + 1])] as const]));
}

function friendlyFields(text: string): Fields | undefined {
  const fields: (readonly [string, number])[] = [];
  let rest = text.replace(/\s+ago$/i, '');
  for (let found = friendly.exec(rest); found !== null; found = friendly.exec(rest)) {
    fields.push([units[found[2]?.[0]?.toLowerCase() ?? ''] ?? '', Number(found[1])]);
    rest = rest.slice(found[0].length);
  }
  return rest === '' ? fields : undefined;
}
