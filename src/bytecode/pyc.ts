import type { Bytecode } from '../plan/recipe.ts';

/** Bytes of a .pyc before the code. */
export const headerSize = 16;

const flags = { 'unchecked-hash': 0b01, 'checked-hash': 0b11 } as const satisfies Record<Bytecode['mode'], number>;

/** A whole .pyc: magic number, flags, hash of the source, then the marshalled code (PEP 552). `hash` has 8 bytes. */
export function pycBytes(parts: {
  readonly magic: number;
  readonly mode: Bytecode['mode'];
  readonly hash: Uint8Array;
  readonly code: Uint8Array;
}): Uint8Array {
  const bytes = new Uint8Array(headerSize + parts.code.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, parts.magic, true);
  view.setUint16(2, 0x0a0d, true);
  view.setUint32(4, flags[parts.mode], true);
  bytes.set(parts.hash, 8);
  bytes.set(parts.code, headerSize);
  return bytes;
}

/**
 * Where the import system looks for the .pyc of `X/name.py` (PEP 3147): `X/__pycache__/name.cpython-XY.pyc`; undefined for other files and for
 * sources that lie in a `__pycache__` themselves, where `compileall` doesn't look.
 */
export function pycPath(source: string, minor: string): string | undefined {
  const [, directory = '', name] = /^(.*\/)?([^/]+)\.py$/s.exec(source) ?? [];
  return name === undefined || /(?:^|\/)__pycache__\/$/.test(directory)
    ? undefined
    : `${directory}__pycache__/${name}.cpython-${minor.replace('.', '')}.pyc`;
}
