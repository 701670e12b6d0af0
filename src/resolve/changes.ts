import { counted } from '../count.ts';
import { platformName } from '../platform.ts';
import {
  findBase,
  findBuild,
  findRequirement,
  type LockedBase,
  type LockedBuild,
  type LockedRequirement,
  type WherryLock,
} from './wherry-lock.ts';

/** What differs between two locks, one line each for people: `debian:13 linux/amd64: libc6 2.41-12 → 2.41-13`. */
export function describeChanges(before: WherryLock, after: WherryLock): string[] {
  const bases = after.bases.flatMap((entry) => baseChanges(findBase(before, entry.reference, entry.platform), entry));
  const gone = before.bases.filter((entry) => findBase(after, entry.reference, entry.platform) === undefined);
  const sizes = Object.keys(after.sizes).filter((digest) => !(digest in before.sizes)).length;
  return [
    ...bases,
    ...gone.map((entry) => `${baseLabel(entry)}: removed`),
    ...requirementChanges(before, after),
    ...after.builds.flatMap((entry) => buildChanges(findBuild(before, entry), entry)),
    ...before.builds.filter((entry) => findBuild(after, entry) === undefined).map((entry) => `build of ${entry.name}: removed`),
    ...(sizes === 0 ? [] : [`sizes of ${counted(sizes, 'wheel')} that uv.lock does not give`]),
  ];
}

function requirementChanges(before: WherryLock, after: WherryLock): string[] {
  const label = ({ name, version, files }: LockedRequirement) => `files of ${name} ${version}: ${files.length}`;
  const added = after.requirements.filter((entry) => findRequirement(before, entry) === undefined);
  const gone = before.requirements.filter((entry) => findRequirement(after, entry) === undefined);
  return [...added.map(label), ...gone.map(({ name, version }) => `files of ${name} ${version}: removed`)];
}

function buildChanges(old: LockedBuild | undefined, entry: LockedBuild): string[] {
  const label = `build of ${entry.name}`;
  const tools = (of: LockedBuild) => of.tools.map(({ name, version }) => `${name} ${version}`);
  if (old === undefined) return [`${label}: added, with ${tools(entry).join(', ') || 'nothing'}`];
  const known = new Map(old.tools.map(({ name, version }) => [name, version]));
  const changed = entry.tools.filter(({ name, version }) => known.get(name) !== version);
  return changed.map(({ name, version }) => `${label}: ${name} ${known.get(name) ?? '(new)'} → ${version}`);
}

function baseLabel(entry: LockedBase): string {
  return `${entry.reference} ${platformName(entry.platform)}`;
}

function baseChanges(old: LockedBase | undefined, entry: LockedBase): string[] {
  const label = baseLabel(entry);
  const [before, after] = [old === undefined ? undefined : contents(old), contents(entry)];
  if (before === undefined) return [`${label}: added, Python ${pythonOf(entry)}, ${counted(after.size, 'package')}`];
  const changed = [...after].filter(([name, version]) => before.get(name) !== version);
  const removed = [...before.keys()].filter((name) => !after.has(name));
  return [
    ...changed.map(([name, version]) => `${label}: ${name} ${before.get(name) ?? '(new)'} → ${version}`),
    ...removed.map((name) => `${label}: ${name} removed`),
  ];
}

/** Versions by package; an image base counts as one package, its manifest. */
function contents(entry: LockedBase): ReadonlyMap<string, string> {
  if (entry.kind === 'debian') return new Map(entry.base.packages.map((item) => [item.name, item.version]));
  const { content } = entry.facts;
  return new Map([[entry.reference, content.kind === 'registry' ? content.manifest : content.kind]]);
}

function pythonOf(entry: LockedBase): string {
  if (entry.kind === 'image') return entry.facts.python.version;
  const python = entry.base.packages.find((item) => /^python3\.\d+-minimal$/.test(item.name));
  return python?.version.replace(/[-+~].*$/, '') ?? 'unknown';
}
