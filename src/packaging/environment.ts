import type { Marker, StringOperator, StringVariable, VersionVariable } from './marker.ts';
import { specifiersAllow } from './specifier.ts';
import { compareVersions, parseVersion, type Version } from './version.ts';

/** Values of the marker variables for one target (PEP 508). */
export interface MarkerEnvironment {
  readonly strings: Readonly<Record<StringVariable, string>>;
  readonly versions: Readonly<Record<VersionVariable, Version>>;
}

/**
 * The environment of CPython on Linux, as uv has it: release and version of the platform are empty.
 * `python` is `X.Y.Z`; a pre-release suffix is stripped. Throws `VERSION_INVALID`.
 */
export function markerEnvironment(target: { readonly python: string; readonly machine: string }): MarkerEnvironment {
  const { release } = parseVersion(target.python);
  const full = parseVersion(release.join('.'));
  return {
    strings: {
      os_name: 'posix',
      sys_platform: 'linux',
      platform_machine: target.machine,
      platform_python_implementation: 'CPython',
      platform_release: '',
      platform_system: 'Linux',
      platform_version: '',
      implementation_name: 'cpython',
    },
    versions: { python_version: parseVersion(release.slice(0, 2).join('.')), python_full_version: full, implementation_version: full },
  };
}

const noExtras: ReadonlySet<string> = new Set();

/** Whether the marker holds. `extras` are the active extras (normalised, or encoded as in uv.lock); without them `extra` equals nothing. */
export function evaluateMarker(marker: Marker, environment: MarkerEnvironment, extras: ReadonlySet<string> = noExtras): boolean {
  switch (marker.kind) {
    case 'always':
      return true;
    case 'and':
      return marker.parts.every((part) => evaluateMarker(part, environment, extras));
    case 'or':
      return marker.parts.some((part) => evaluateMarker(part, environment, extras));
    case 'version':
      return specifiersAllow([marker.specifier], environment.versions[marker.variable]);
    case 'version-in':
      return marker.versions.some((version) => compareVersions(version, environment.versions[marker.variable]) === 0) !== marker.negated;
    case 'string':
      return compareText(environment.strings[marker.variable], marker.operator, marker.value);
    case 'extra':
      return extras.has(marker.name) !== marker.negated;
  }
}

/** Whether the marker asks for extras at all: if not, its value is the same for every set of extras. */
export function mentionsExtra(marker: Marker): boolean {
  if (marker.kind === 'and' || marker.kind === 'or') return marker.parts.some(mentionsExtra);
  return marker.kind === 'extra';
}

function compareText(actual: string, operator: StringOperator, value: string): boolean {
  switch (operator) {
    case '==':
      return actual === value;
    case '!=':
      return actual !== value;
    case '<':
      return actual < value;
    case '<=':
      return actual <= value;
    case '>':
      return actual > value;
    case '>=':
      return actual >= value;
    case 'in':
      return value.includes(actual);
    case 'not in':
      return !value.includes(actual);
    case 'contains':
      return actual.includes(value);
    case 'not contains':
      return !actual.includes(value);
  }
}
