import { ToolError } from '../errors/index.ts';
import type { Download } from './types.ts';

/** A size other than the promised one: `found` bytes, or at least so many; `place` says where. */
export interface OtherSize {
  readonly found: number;
  readonly atLeast?: boolean;
  readonly place: string;
}

/** The error of a file whose size is not the promised one: SIZE_WRONG where wherry.lock promised it, else the one for wrong bytes. */
export function wrongSize({ label, size, sizeIn, hashError, urls }: Download, { found, atLeast, place }: OtherSize): ToolError {
  const bytes = `${atLeast === true ? 'at least ' : ''}${found} bytes`;
  if (size === undefined) return new ToolError('DOWNLOAD_HASH', `${label} has ${bytes}, more than any file may have`, { details: [place] });
  if (sizeIn === 'wherry.lock' && hashError === undefined) {
    return new ToolError('SIZE_WRONG', `${label} has ${bytes}, but wherry.lock says ${size}`, {
      details: [place],
      hint: 'run wherry lock --update, which asks for the size again; if it stays wrong, the file was replaced on the server',
    });
  }
  const isWheel = urls.some((url) => new URL(url).pathname.endsWith('.whl'));
  return new ToolError(hashError ?? (isWheel ? 'WHEEL_HASH' : 'DOWNLOAD_HASH'), `${label} has ${bytes}, but ${size} were promised`, {
    details: [place, 'nothing of it was kept'],
  });
}
