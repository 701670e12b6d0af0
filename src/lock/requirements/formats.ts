import type { RequirementsSet } from './types.ts';

type Formats = RequirementsSet['formats'];

/** Whether `--no-binary` leaves wheels of a package; `name` is normalised. */
export function allowsWheels(formats: Formats, name: string): boolean {
  return !(named(control(formats), name) === 'sources');
}

/** Whether `--only-binary` leaves source archives of a package. */
export function allowsSources(formats: Formats, name: string): boolean {
  return !(named(control(formats), name) === 'wheels');
}

interface Control {
  readonly wheels: ReadonlySet<string>;
  readonly sources: ReadonlySet<string>;
}

/** pip's rule: what is named itself wins over `:all:`. */
function named({ wheels, sources }: Control, name: string): 'wheels' | 'sources' | undefined {
  if (sources.has(name)) return 'sources';
  if (wheels.has(name)) return 'wheels';
  return sources.has(':all:') ? 'sources' : wheels.has(':all:') ? 'wheels' : undefined;
}

/** The options in their order: `:all:` takes everything, `:none:` forgets what came before, a name moves from one list to the other. */
function control(formats: Formats): Control {
  let lists: { readonly wheels: Set<string>; readonly sources: Set<string> } = { wheels: new Set(), sources: new Set() };
  for (const { only, names } of formats) {
    const other = only === 'wheels' ? 'sources' : 'wheels';
    for (const name of names) {
      if (name === ':none:') lists = { ...lists, [only]: new Set() };
      else if (name === ':all:') lists = { ...lists, [only]: new Set([':all:']), [other]: new Set() };
      else {
        lists[other].delete(name);
        lists[only].add(name);
      }
    }
  }
  return lists;
}
