import { openZip } from '../../src/zip/index.ts';

/** Sources by name. */
export type Sources = ReadonlyMap<string, Uint8Array>;

/** All `.py` files of wheels, by `wheel/path`, in the order of their names. */
export function sourcesOf(wheels: readonly string[]): Sources {
  const found = wheels.flatMap((wheel) => {
    const zip = openZip(wheel);
    const name = wheel.split('/').at(-1)?.split('-')[0];
    const files = zip.entries.filter((entry) => entry.type === 'file' && entry.path.endsWith('.py'));
    return files.map((entry): [string, Uint8Array] => [`${name}/${entry.path}`, zip.readAll(entry)]);
  });
  return new Map(found.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** As many of them, evenly spread. */
export function sample(sources: Sources, count: number): Sources {
  const all = [...sources];
  const step = Math.max(1, all.length / count);
  return new Map(Array.from({ length: Math.min(count, all.length) }, (_, index) => all[Math.floor(index * step)] as [string, Uint8Array]));
}
