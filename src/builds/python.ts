import { interpreterFor } from '../bytecode/interpreters.ts';
import { ToolError } from '../errors/index.ts';
import { type MarkerEnvironment, markerEnvironment, parseVersion, rankTags, type TagRanks, type Version } from '../packaging/index.ts';

/** The Python that runs backends: CPython for WebAssembly, of the image's minor version. */
export interface BuildPython {
  /** `X.Y` */
  readonly minor: string;
  /** `X.Y.Z` */
  readonly release: string;
  readonly version: Version;
  /** Values of markers in build requirements. */
  readonly environment: MarkerEnvironment;
  /** Which wheels it can import, pure ones first. */
  readonly ranks: TagRanks;
}

/** The platform of wheels for the interpreters of `bytecode` (pyodide documentation, "ABI"). */
const platforms: Readonly<Record<string, string>> = { '3.12': 'pyodide_2024_0_wasm32', '3.13': 'pyodide_2025_0_wasm32' };

/** The Python that builds for an image of this minor version. Errors: BACKEND_PYTHON. */
export function buildPython(minor: string): BuildPython {
  const release = interpreterFor(minor)?.cpython;
  if (release === undefined) {
    throw new ToolError('BACKEND_PYTHON', `packages cannot be built for Python ${minor} here`, {
      hint: 'choose another Python with python = "X.Y" in [tool.wherry], or give the packages as wheels',
    });
  }
  const linux = markerEnvironment({ python: release, machine: 'wasm32' });
  const strings = { ...linux.strings, sys_platform: 'emscripten', platform_system: 'Emscripten' };
  const environment = { ...linux, strings };
  return { minor, release, version: parseVersion(release), environment, ranks: rankTags(tagsOf(minor)) };
}

function tagsOf(minor: string): string[] {
  const own = Number(minor.split('.')[1]);
  const older = Array.from({ length: own }, (_, index) => `py3${own - 1 - index}-none-any`);
  const platform = platforms[minor];
  const native = platform === undefined ? [] : [`cp3${own}-cp3${own}-${platform}`, `py3-none-${platform}`];
  return [`cp3${own}-none-any`, `py3${own}-none-any`, 'py3-none-any', ...older, ...native];
}
