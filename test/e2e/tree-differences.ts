/** A file that may differ from what uv installs. */
export interface AllowedDifference {
  /** Paths below the environment. */
  readonly path: RegExp;
  readonly reason: string;
  /** What must be equal on both sides: a part of the text, all but who may execute it, or nothing at all where only uv has the file. */
  readonly compared: ((text: string) => string) | 'bytes' | 'only in uv';
}

const distInfo = (name: string): RegExp => new RegExp(`^lib/python[\\d.]+/site-packages/[^/]+\\.dist-info/${name}$`);
const without = (lines: RegExp) => (text: string) =>
  text
    .split('\n')
    .filter((line) => !lines.test(line))
    .join('\n');

/** At most ten rows; a row that matches nothing, or nothing that differs, fails the test. */
export const allowedDifferences: readonly AllowedDifference[] = [
  { path: /^\.gitignore$/, reason: 'keeps an environment out of git; an image has none', compared: 'only in uv' },
  { path: /^\.lock$/, reason: 'guards against two uv processes at once', compared: 'only in uv' },
  { path: /^CACHEDIR\.TAG$/, reason: 'keeps an environment out of backups', compared: 'only in uv' },
  {
    path: /^bin\/(?:(?:de)?activate(?:\.\w+|_this\.py)?|pydoc\.bat)$/,
    reason: 'for interactive shells and Windows; an image sets PATH and VIRTUAL_ENV',
    compared: 'only in uv',
  },
  {
    path: /^pyvenv\.cfg$/,
    reason: 'each names itself, and uv a prompt for shells; the keys that Python reads are equal',
    compared: without(/^(?:uv|wherry|prompt) = /),
  },
  { path: distInfo('INSTALLER'), reason: 'each names itself', compared: (text) => text.replace(/^(?:uv|wherry)\n?$/, '') },
  { path: distInfo('direct_url\\.json'), reason: "holds the host's path of a workspace member", compared: 'only in uv' },
  {
    path: distInfo('uv_\\w+\\.json'),
    reason: "uv's cache keys of a workspace member: times and settings of the host",
    compared: 'only in uv',
  },
  { path: distInfo('WHEEL'), reason: 'names the builder of a workspace member', compared: without(/^Generator: (?:uv|wherry)\b/) },
  {
    path: distInfo('RECORD'),
    reason: 'lists the files above',
    compared: without(/^[^/]+\.dist-info\/(?:INSTALLER|direct_url\.json|uv_\w+\.json|WHEEL),/),
  },
];
