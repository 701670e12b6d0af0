import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
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
}

/** Reads the trees of the selected members, the run-time files of the project, and the texts that `uv_build` copies into METADATA. */
export async function readTrees({
  project,
  selection,
  image,
}: {
  project: Project;
  selection: Selection;
  image: ImageConfig;
}): Promise<Trees> {
  const paths = new Set(selection.packages.flatMap((item) => (item.artifact.kind === 'local' ? [item.artifact.path] : [])));
  const members = project.members.filter((member) => paths.has(member.path));
  const read = await Promise.all(members.map((member) => readMember(project, member)));
  return {
    trees: new Map(read.map(({ path, tree }) => [path, tree])),
    texts: new Map(read.map(({ path, texts }) => [path, texts])),
    app: await appTree(project, image),
  };
}

interface MemberSources {
  readonly path: string;
  readonly tree: SourceTree;
  readonly texts: ReadonlyMap<string, string>;
}

async function readMember(project: Project, member: Member): Promise<MemberSources> {
  const directory = join(project.root, member.path);
  const tree = await readSourceTree(directory, { rules: 'none', exclude: nestedMembers(project, directory) });
  const inputs = uvBuildInputs(member, tree);
  const texts = await Promise.all(inputs.map(async (path) => [path, await readFile(join(directory, path), 'utf8')] as const));
  return { path: member.path, tree, texts: new Map(texts) };
}

function appTree(project: Project, image: ImageConfig): Promise<SourceTree> {
  const wanted = (image.files ?? []).flatMap((spec) =>
    spec.kind === 'pattern' ? [spec.pattern] : spec.kind === 'from' ? [spec.from] : [],
  );
  return readSourceTree(project.directory, { wanted, exclude: nestedMembers(project, project.directory), ignoreRoot: project.root });
}

/** Other members below a directory: each enters the image as a package of its own, or not at all. */
function nestedMembers(project: Project, directory: string): { path: string; reason: string }[] {
  return project.members
    .map((member) => ({ member, path: relative(directory, join(project.root, member.path)).split(sep).join('/') }))
    .filter(({ path }) => path !== '' && !path.startsWith('..'))
    .map(({ member, path }) => ({ path, reason: `workspace member ${member.name}` }));
}
