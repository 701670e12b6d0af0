import { groupSettingsOf, metadataOf } from './manifest.ts';
import { child, childOf, listOf, mapOf, type Node, optionalText, refuse, textOf, textsOf } from './shape.ts';
import { fileOf, isTree, sourceOf } from './source.ts';
import type { Edge, LockedPackage, PackageSource } from './types.ts';
import { checkWheelNames } from './wheel-names.ts';

/** Reads one `[[package]]` table (uv-and-wheels §1.3). Throws `ShapeError`. */
export function packageOf(node: Node): LockedPackage {
  const source = sourceOf(child(node, 'source'));
  const sdist = child(node, 'sdist');
  const named = {
    name: textOf(child(node, 'name')),
    version: versionOf(child(node, 'version'), source),
    wheels: wheelsOf(child(node, 'wheels'), source),
  };
  checkWheelNames(named, listOf(child(node, 'wheels')));
  return {
    ...named,
    source,
    resolutionMarkers: textsOf(child(node, 'resolution-markers')),
    dependencies: edgesOf(child(node, 'dependencies')),
    optionalDependencies: mapOf(child(node, 'optional-dependencies'), edgesOf),
    groups: mapOf(childOf(node, 'dev-dependencies', 'dependency-groups'), edgesOf),
    sdist: sdist.value === undefined ? undefined : fileOf(sdist, source),
    metadata: metadataOf(child(node, 'metadata')),
    ...(isTree(source) ? { groupSettings: groupSettingsOf(node) } : {}),
  };
}

/** Only source trees may leave the version out: theirs is dynamic. */
function versionOf(node: Node, source: PackageSource): string | undefined {
  const version = optionalText(node);
  if (version === undefined && !isTree(source)) refuse(node, 'is missing');
  return version;
}

function wheelsOf(node: Node, source: PackageSource): LockedPackage['wheels'] {
  const wheels = listOf(node);
  if (wheels.length > 0 && isTree(source)) refuse(node, 'cannot be given for a source tree');
  return wheels.map((wheel) => {
    // Some indexes publish no hashes; a file that the project names directly always has one.
    if (source.kind !== 'registry' && child(wheel, 'hash').value === undefined) refuse(wheel, 'must have a hash');
    return fileOf(wheel, source);
  });
}

function edgesOf(node: Node): readonly Edge[] {
  return listOf(node).map(edgeOf);
}

function edgeOf(node: Node): Edge {
  const version = optionalText(child(node, 'version'));
  const marker = optionalText(child(node, 'marker'));
  const source = child(node, 'source');
  return {
    name: textOf(child(node, 'name')),
    ...(version === undefined ? {} : { version }),
    ...(source.value === undefined ? {} : { source: sourceOf(source) }),
    extras: textsOf(childOf(node, 'extra', 'extras')),
    ...(marker === undefined ? {} : { marker }),
  };
}
