import { ToolError } from '../errors/index.ts';
import { isBaseDirectory } from '../image-paths.ts';

/** Paths inside one virtual environment; all relative to the image's root, POSIX, except `python`. */
export interface VenvLayout {
  /** `app/.venv`. */
  readonly root: string;
  readonly bin: string;
  readonly sitePackages: string;
  /** Parent of the headers of each package. */
  readonly include: string;
  /** Absolute path of the interpreter, as it stands after `#!`. */
  readonly python: string;
}

const maxShebang = 127;
/** Lays out a virtual environment (uv-style, one site-packages for pure and platform files); throws VENV_PATH for unusable paths. */
export function venvLayout(venv: string, pythonMinor: string): VenvLayout {
  const segments = venv.slice(1).split('/');
  const wellFormed = venv.startsWith('/') && segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  if (!wellFormed) throw venvError(venv, 'it is not an absolute path in its shortest form');
  if (wellFormed && isBaseDirectory(segments.join('/'))) throw venvError(venv, 'it is a directory of the system');
  if (/[\s\p{C}"'\\]/u.test(venv)) throw venvError(venv, 'it holds spaces, quotes or control characters');
  const python = `${venv}/bin/python`;
  if (Buffer.byteLength(python) + 3 > maxShebang) throw venvError(venv, `scripts would start with more than ${maxShebang} bytes`);
  const root = segments.join('/');
  return {
    root,
    bin: `${root}/bin`,
    sitePackages: `${root}/lib/python${pythonMinor}/site-packages`,
    include: `${root}/include/site/python${pythonMinor}`,
    python,
  };
}

function venvError(venv: string, reason: string): ToolError {
  return new ToolError('VENV_PATH', `cannot put the virtual environment at ${JSON.stringify(venv)}: ${reason}`, {
    hint: 'set venv = "/app/.venv" in [tool.wherry]',
  });
}
