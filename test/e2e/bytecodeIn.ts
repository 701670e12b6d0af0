import { enter } from './chroot.ts';

/** What an image's own Python says of a `.pyc` that it would import. */
export interface LoadedBytecode {
  /** Path of the source. */
  readonly source: string;
  /** 1: used without a look at the source, 3: compared with its hash (PEP 552). */
  readonly flags: number;
  /** Whether the hash is that of the source. */
  readonly fresh: boolean;
  /** `co_filename` of the code in it. */
  readonly filename: string;
}

/** A program that says it of every `.pyc` below the directories that it is given, as JSON; it fails if one cannot be loaded. */
export const bytecodeProgram = `
import _imp, importlib.util, json, marshal, os, sys
raw = int.from_bytes(importlib.util.MAGIC_NUMBER, 'little')
suffix = f'.{sys.implementation.cache_tag}.pyc'
found = []
for top in sys.argv[1:]:
    for directory, _, names in os.walk(top):
        for name in sorted(names):
            if os.path.basename(directory) != '__pycache__' or not name.endswith(suffix):
                continue
            path = os.path.join(directory, name)
            source = os.path.join(os.path.dirname(directory), name.removesuffix(suffix) + '.py')
            with open(path, 'rb') as file:
                data = file.read()
            with open(source, 'rb') as file:
                fresh = data[:4] == importlib.util.MAGIC_NUMBER and data[8:16] == _imp.source_hash(raw, file.read())
            code = marshal.loads(data[16:])
            found.append({'source': source, 'flags': int.from_bytes(data[4:8], 'little'), 'fresh': fresh, 'filename': code.co_filename})
print(json.dumps(found))
`;

/** Loads every `.pyc` below some directories of an unpacked image with its own interpreter; fails if one cannot be loaded. Needs root. */
export async function bytecodeIn(
  directories: readonly string[],
  { root, python }: { readonly root: string; readonly python: string },
): Promise<LoadedBytecode[]> {
  const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' };
  const { status, stdout, stderr } = await enter([python, '-c', bytecodeProgram, ...directories], {
    root,
    cwd: '/',
    env,
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`${python} ended with ${status}\n${stderr}`);
  return JSON.parse(stdout) as LoadedBytecode[];
}
