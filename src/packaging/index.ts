/**
 * In: text of Python's packaging standards (PEP 425, 427, 440, 503, 508, 600, 656). Out: parsed values, their order, and what fits a target.
 * Must not: read files, use the network, or know uv.lock. Where uv and pypa/packaging differ, uv is followed (test/oracle/packaging-differences.json).
 */
export { type DependencyHeaders, dependencyHeaders } from './core-metadata.ts';
export { evaluateMarker, type MarkerEnvironment, markerEnvironment, mentionsExtra } from './environment.ts';
export { type Marker, parseMarker, type StringOperator, type StringVariable, type VersionVariable } from './marker.ts';
export { isValidName, normalizeName } from './name.ts';
export { parseRequirement, type Requirement } from './requirement.ts';
export { parseSpecifiers, type Specifier, type Specifiers, specifiersAllow, type VersionOperator } from './specifier.ts';
export { compatibleTags, rankTags, scoreWheel, type TagRanks, type TagTarget } from './tags.ts';
export { compareVersions, type Integer, isPrerelease, parseVersion, tryParseVersion, type Version } from './version.ts';
export { type BuildTag, compareBuilds, parseWheelFilename, type WheelName, wheelTags } from './wheel.ts';
