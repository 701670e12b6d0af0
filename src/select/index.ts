/**
 * In: a `Lock`, the `Project`, a `Target` and what was asked for. Out: a `Selection`: one file per distribution, and a reason for everything else.
 * Must not: have effects of any kind (no files, network, promises), or resolve versions: the lock decides.
 */
export type { SelectInput } from './select.ts';
export type {
  ArchiveArtifact,
  Artifact,
  DroppedPackage,
  GitArtifact,
  LocalArtifact,
  SelectedPackage,
  Selection,
  SelectionRequest,
  WheelArtifact,
} from './types.ts';
export { type GroupRange, groupRanges, rangeText } from './wanted-groups.ts';
export { checkPlatforms, select, selectAll } from './worded.ts';
