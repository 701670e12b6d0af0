import { readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { localMembers } from './builds/locals.ts';
import type { ImageConfig } from './config/types.ts';
import type { Member, Project, SourceTree } from './project/index.ts';
import { readSourceTree } from './project/index.ts';
import type { Selection } from './select/types.ts';
import { uvBuildInputs } from './uvbuild/index.ts';

/** Everything that `plan` needs from the file system. */
export interface Trees {
  readonly trees: ReadonlyMap<string, SourceTree>;
  readonly app: SourceTree;
  readonly texts: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The projects of the trees, by the same paths: members of the workspace and directories outside of it. */
  readonly members: ReadonlyMap<string, Member>;
}

export interface TreesInput {
  readonly project: Project;
  readonly selection: Selection;
  readonly image: ImageConfig;
  /** Absolute paths that this build writes. */
  readonly outputs: readonly string[];
}

/** Reads trees for selections of one project; what selections of the same members need is read once, so that their images hold the same files. */
export function treeReader(input: Omit<TreesInput, 'selection'>): (selection: Selection) => Promise<Trees> {
  const read = new Map<string, Promise<Trees>>();
  return (selection) => {
    const key = JSON.stringify(localPaths(selection));
    const trees = read.get(key) ?? readTrees({ ...input, selection });
    read.set(key, trees);
    return trees;
  };
}

/** Reads the trees of the selected members, the run-time files of the project, and the texts that `uv_build` copies into METADATA. */
export async function readTrees(input: TreesInput): Promise<Trees> {
  const members = await localMembers(input.project, input.selection);
  const read = await Promise.all([...members.values()].map((member) => readMember(input, member)));
  return {
    trees: new Map(read.map(({ path, tree }) => [path, tree])),
    texts: new Map(read.map(({ path, texts }) => [path, texts])),
    app: await appTree(input),
    members,
  };
}

function localPaths({ packages }: Selection): string[] {
  return packages.flatMap(({ artifact }) => (artifact.kind === 'local' ? [artifact.path] : []));
}

interface MemberSources {
  readonly path: string;
  readonly tree: SourceTree;
  readonly texts: ReadonlyMap<string, string>;
}

async function readMember(input: TreesInput, member: Member): Promise<MemberSources> {
  const directory = resolve(input.project.root, member.path);
  const tree = await readSourceTree(directory, { rules: 'none', exclude: excludedBelow(directory, input) });
  const inputs = member.backend === 'uv_build' ? uvBuildInputs(member, tree) : [];
  const texts = await Promise.all(inputs.map(async (path) => [path, await readFile(join(directory, path), 'utf8')] as const));
  return { path: member.path, tree, texts: new Map(texts) };
}

function appTree(input: TreesInput): Promise<SourceTree> {
  const { project, image } = input;
  const wanted = (image.files ?? []).flatMap((spec) =>
    spec.kind === 'pattern' ? [spec.pattern] : spec.kind === 'from' ? [spec.from] : [],
  );
  return readSourceTree(project.directory, { wanted, exclude: excludedBelow(project.directory, input), ignoreRoot: project.root });
}

/** Other members enter an image as packages of their own, or not at all; what a build writes must not be in the next one. */
function excludedBelow(directory: string, { project, outputs }: TreesInput): { path: string; reason: string }[] {
  const members = project.members.map((member) => ({
    absolute: join(project.root, member.path),
    reason: `workspace member ${member.name}`,
  }));
  return [...members, ...outputs.map((absolute) => ({ absolute, reason: 'written by this build' }))]
    .map(({ absolute, reason }) => ({ path: relative(directory, absolute).split(sep).join('/'), reason }))
    .filter(({ path }) => path !== '' && path.split('/')[0] !== '..');
}
