import { invalidWheel, isReservedScript, refuse } from './rules.ts';
import type { VenvLayout } from './venv-path.ts';

/** Where a file of a wheel goes, relative to the image's root. */
export interface Destination {
  readonly path: string;
  /** Whether it is one of `.data/scripts`: executable, and `#!python` is replaced. */
  readonly isScript: boolean;
}

/** What the layout must know of a wheel. */
export interface WheelIdentity {
  /** Name for messages. */
  readonly label: string;
  /** Normalised package name. */
  readonly name: string;
  /** `django-5.2.data`. */
  readonly dataDirectory: string;
}

/** Maps a path in the wheel to the environment (binary distribution format, "The .data directory"); refuses names that would do harm. */
export function destinationOf(path: string, wheel: WheelIdentity, layout: VenvLayout): Destination {
  const { label } = wheel;
  if (path.split('/').some((segment) => segment.startsWith('.wh.'))) throw refuse(label, 'whiteout-name', path);
  const [top, key = '', ...rest] = path.split('/');
  if (top !== wheel.dataDirectory) return { path: `${layout.sitePackages}/${path}`, isScript: false };
  if (rest.length === 0) throw invalidWheel(label, `${path} is not below a key of .data`);
  const destination = dataDestination({ key, rest, path }, wheel, layout);
  checkReserved(destination.path, path, { label, layout });
  return destination;
}

function dataDestination(file: { key: string; rest: string[]; path: string }, wheel: WheelIdentity, layout: VenvLayout): Destination {
  const below = file.rest.join('/');
  switch (file.key) {
    case 'purelib':
    case 'platlib':
      return { path: `${layout.sitePackages}/${below}`, isScript: false };
    case 'scripts':
      if (file.rest.length > 1) throw invalidWheel(wheel.label, `${file.path} is in a directory below scripts`);
      return { path: `${layout.bin}/${below}`, isScript: true };
    case 'headers':
      return { path: `${layout.include}/${wheel.name}/${below}`, isScript: false };
    case 'data':
      // lib64 is a link to lib: files written through it end up there.
      return { path: `${layout.root}/${below.replace(/^lib64\//, 'lib/')}`, isScript: false };
    default:
      throw invalidWheel(wheel.label, `${file.path} has the unknown .data key ${JSON.stringify(file.key)}`);
  }
}

/** Parts of the environment that `.data` must not replace. */
const ownNames = new Set(['pyvenv.cfg', 'lib64']);

function checkReserved(destination: string, path: string, context: { label: string; layout: VenvLayout }): void {
  const { label, layout } = context;
  const [first = '', second] = destination.slice(layout.root.length + 1).split('/');
  const replacesBin = first === 'bin' && (second === undefined || isReservedScript(second));
  if (ownNames.has(first) || replacesBin) throw refuse(label, 'reserved-name', path);
}
