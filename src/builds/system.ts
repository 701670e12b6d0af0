import { ToolError } from '../errors/index.ts';
import { isTexts } from '../json.ts';
import { type TomlTable, tableAt } from '../project/index.ts';

/** `[build-system]` of a project (PEP 517, PEP 518). */
export interface BuildSystem {
  readonly backend: string;
  readonly backendPath: readonly string[];
  readonly requires: readonly string[];
}

/** Of a project without `[build-system]`: what builds it has always been setuptools. */
const legacy: BuildSystem = { backend: 'setuptools.build_meta:__legacy__', backendPath: [], requires: ['setuptools>=40.8.0'] };

/** The build system of a parsed pyproject.toml; undefined stands for a project without one. Errors: PROJECT_BROKEN. */
export function buildSystemOf(data: TomlTable | undefined, label: string): BuildSystem {
  if (data?.['build-system'] === undefined) return legacy;
  const table = tableAt(data, ['build-system']);
  const { requires, 'build-backend': backend, 'backend-path': path } = table ?? {};
  if (!isTexts(requires) || (backend !== undefined && typeof backend !== 'string') || (path !== undefined && !isTexts(path))) {
    throw new ToolError('PROJECT_BROKEN', `[build-system] of ${label} does not follow PEP 518`, {
      hint: 'write requires as a list of requirements, and build-backend as a text',
    });
  }
  return { backend: backend ?? legacy.backend, backendPath: path ?? [], requires };
}

/** Whether Wherry's own uv_build builds it: no code of the project or of others runs then. */
export function isUvBuild({ backend, backendPath }: BuildSystem): boolean {
  return backend === 'uv_build' && backendPath.length === 0;
}

/** Backends that compile: they start compilers and other programs, which nothing in a build may. */
const compiling = new Map([
  ['maturin', 'maturin'],
  ['mesonpy', 'meson-python'],
  ['scikit_build_core.build', 'scikit-build-core'],
  ['scikit_build_core.setuptools.build_meta', 'scikit-build-core'],
  ['setuptools_rust', 'setuptools-rust'],
  ['sipbuild.api', 'sip'],
  ['py_build_cmake.build', 'py-build-cmake'],
  ['poetry_rust', 'poetry-rust'],
]);

/** Throws BACKEND_UNSUPPORTED for a backend that is known to compile, before anything is fetched for it. */
export function refuseCompiling({ backend, requires }: BuildSystem, label: string): void {
  const tool = compiling.get(backend) ?? requires.map(requiredTool).find((name) => name !== undefined);
  if (tool === undefined) return;
  throw new ToolError('BACKEND_UNSUPPORTED', `${label} is built by ${tool}, which compiles`, {
    details: ['Wherry builds pure Python packages; compiled ones must come as wheels for the platform of the image'],
    hint: 'build a wheel of it elsewhere, serve it from an index or name its URL in [tool.uv.sources], and run uv lock',
  });
}

function requiredTool(requirement: string): string | undefined {
  return /^\s*(setuptools[-_]rust|cython|cffi|pybind11|nanobind|cmake|ninja)\b/i.exec(requirement)?.[1]?.toLowerCase().replace('_', '-');
}
