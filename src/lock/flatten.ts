import type { Comparable } from './comparable.ts';
import { all, always, any, type Condition, not } from './condition.ts';
import { isNever } from './truth.ts';

/**
 * The requirements of a project with references to its own extras (`app[fast]`) replaced by what those extras hold, as some
 * build backends write them into metadata. A version bound on the project itself is kept.
 */
export function flattened(requirements: readonly Comparable[], name: string): readonly Comparable[] {
  const found = [...requirements];
  const queue = requirements.filter((one) => one.name === name).flatMap(references);
  const seen = new Set<string>();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const key = JSON.stringify(next);
    if (seen.has(key)) continue;
    seen.add(key);
    const reached = contentsOf(requirements, next);
    found.push(...reached);
    queue.push(...reached.filter((one) => one.name === name).flatMap(references));
  }
  const bounds = found.filter((one) => one.name === name && one.specifier + one.source !== '').map((one) => ({ ...one, extras: [] }));
  return [...found.filter((one) => one.name !== name), ...bounds];
}

interface Reference {
  readonly extra: string;
  readonly condition: Condition;
}

function references({ extras, condition }: Comparable): readonly Reference[] {
  return extras.map((extra) => ({ extra, condition }));
}

function contentsOf(requirements: readonly Comparable[], { extra, condition }: Reference): readonly Comparable[] {
  const never = not(always);
  return requirements.flatMap((one) => {
    const production = withExtras(one.condition, () => never);
    const withThis = withExtras(one.condition, (name) => (name === extra ? always : never));
    const reached = all(condition, withThis, not(production));
    return isNever(reached) === true ? [] : [{ ...one, condition: reached }];
  });
}

/** The condition with every mention of an extra replaced. */
function withExtras(condition: Condition, value: (extra: string) => Condition): Condition {
  if (condition.kind === 'extra') return condition.negated ? not(value(condition.name)) : value(condition.name);
  if (condition.kind === 'not') return not(withExtras(condition.part, value));
  if (!('parts' in condition)) return condition;
  const parts = condition.parts.map((part) => withExtras(part, value));
  return condition.kind === 'and' || condition.kind === 'all' ? all(...parts) : any(...parts);
}
