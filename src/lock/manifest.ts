import { child, childOf, listOf, mapOf, type Node, optionalText, tableOf, textOf, textsOf } from './shape.ts';
import type { GroupSettings, Manifest, PackageMetadata, WireRequirement } from './types.ts';

/** Reads a requirement in the lock's wire form. Throws `ShapeError`. */
export function wireRequirement(node: Node): WireRequirement {
  const { name: _name, extras: _extras, specifier: _specifier, marker: _marker, ...source } = tableOf(node);
  const specifier = optionalText(child(node, 'specifier'));
  const marker = optionalText(child(node, 'marker'));
  return {
    name: textOf(child(node, 'name')),
    extras: textsOf(child(node, 'extras')),
    ...(specifier === undefined ? {} : { specifier }),
    ...(marker === undefined ? {} : { marker }),
    source,
  };
}

/** A list of requirements; absent means none. */
export function wireRequirements(node: Node): readonly WireRequirement[] {
  return listOf(node).map(wireRequirement);
}

/** Reads `[manifest]`; absent means that nothing beside the project itself was given to the resolver. */
export function manifestOf(node: Node): Manifest {
  const table: Node = { ...node, value: node.value ?? {} };
  const overrides = listOf(child(table, 'overrides'));
  const excludes = listOf(child(table, 'excludes'));
  return {
    members: textsOf(child(table, 'members')),
    requirements: wireRequirements(child(table, 'requirements')),
    constraints: wireRequirements(child(table, 'constraints')),
    overrides: overrides.filter((entry) => !isScoped(entry)).map(wireRequirement),
    buildConstraints: wireRequirements(child(table, 'build-constraints')),
    excludes: excludes.filter((entry) => !isScoped(entry)).map(textOf),
    dependencyGroups: mapOf(child(table, 'dependency-groups'), wireRequirements),
    other: {
      dependencyMetadata: listOf(child(table, 'dependency-metadata')).map(tableOf),
      scopedOverrides: overrides.filter(isScoped).map(tableOf),
      scopedExcludes: excludes.filter(isScoped).map(tableOf),
      groupSettings: groupSettingsOf(table),
    },
  };
}

/** Overrides and excludes that hold for the dependencies of one package only. */
function isScoped(node: Node): boolean {
  return typeof node.value === 'object' && node.value !== null && 'package' in node.value;
}

/** Reads `[package.metadata]`; `undefined` if the lock has none. */
export function metadataOf(node: Node): PackageMetadata | undefined {
  if (node.value === undefined) return undefined;
  const extras = child(node, 'provides-extras');
  return {
    requiresDist: wireRequirements(child(node, 'requires-dist')),
    providesExtras: extras.value === undefined ? undefined : textsOf(extras),
    requiresDev: mapOf(childOf(node, 'requires-dev', 'dependency-groups'), wireRequirements),
  };
}

/** Reads `default-groups` and `group-requires-python` of a package or of the manifest. */
export function groupSettingsOf(node: Node): GroupSettings {
  const defaults = child(node, 'default-groups');
  const defaultGroups = defaults.value === undefined || defaults.value === 'all' ? defaults.value : textsOf(defaults);
  return { defaultGroups, requiresPython: mapOf(child(node, 'group-requires-python'), textOf) };
}
