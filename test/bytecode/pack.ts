import { readFileSync, writeFileSync } from 'node:fs';

/** Named bytes; undefined where there are none, as for a source that gives no .pyc. */
export type Pack = ReadonlyMap<string, Uint8Array | undefined>;

/** Writes `base.json`, a list of names and sizes (-1 for none), and `base.bin`, all bytes one after another. */
export function writePack(base: string, pack: Pack): void {
  const files = [...pack];
  writeFileSync(`${base}.json`, JSON.stringify(files.map(([name, bytes]) => [name, bytes?.length ?? -1])));
  writeFileSync(`${base}.bin`, Buffer.concat(files.map(([, bytes]) => bytes ?? new Uint8Array(0))));
}

export function readPack(base: string): Pack {
  const data = readFileSync(`${base}.bin`);
  const index = JSON.parse(readFileSync(`${base}.json`, 'utf8')) as [string, number][];
  let at = 0;
  return new Map(
    index.map(([name, size]) => {
      if (size < 0) return [name, undefined];
      at += size;
      // A copy: the interpreter takes plain arrays that begin at their buffer's start.
      return [name, new Uint8Array(data.subarray(at - size, at))];
    }),
  );
}

/** Names whose bytes differ. */
export function differing(one: Pack, other: Pack): string[] {
  const names = [...new Set([...one.keys(), ...other.keys()])];
  const same = (left: Uint8Array | undefined, right: Uint8Array | undefined) =>
    left === undefined || right === undefined ? left === right : Buffer.compare(left, right) === 0;
  return names.filter((name) => !same(one.get(name), other.get(name)));
}
