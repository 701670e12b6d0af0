import { posix } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { checkImage, type Image, type Layer, parseConfig } from '../image/index.ts';
import { BytecodeCheck, pycHeaderSize } from './bytecode.ts';
import { type ImageFile, type ReadLayer, type Walked, walkImage } from './walk.ts';

export type FindingRule = 'structure' | 'layer' | 'secret' | 'owner' | 'start' | 'bytecode';

/** Something wrong with an image. */
export interface Finding {
  readonly rule: FindingRule;
  /** One line that names the path, layer or variable. */
  readonly message: string;
}

/** A private key stands at the beginning of its file, after at most some text about it. */
const keyBytes = 4096;
/** With a line of the key below, so that code which only names the marker is none. */
const privateKey = /^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[ \t]*\r?\n[A-Za-z0-9+/=\-: \t]+\r?$/m;
const installed = /\/(site|dist)-packages\//;
const environmentFile = /^\.env(\.(?!example$|sample$|template$|dist$)[^/]+)?$/;
const secretName = /(^|_)(TOKEN|SECRET|SECRET_KEY|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY)$/i;

/**
 * Reads a whole image and lists what is wrong; empty for a sound one. Structure: digests, sizes, DiffIDs, repeated paths. In the layers made by
 * Wherry also: secrets (outside of installed packages, whose test data holds keys), unknown owners, files that everyone may change, bytecode that
 * does not belong to its source. The command, the user and the working directory must be there. A base's own layers are only checked for structure.
 */
export async function imageCheck(image: Image): Promise<readonly Finding[]> {
  const structure = checkImage(image).map((message): Finding => ({ rule: 'structure', message }));
  try {
    const bytecode = new BytecodeCheck();
    const walked = await walkImage(image, ({ path }, layer) => wantedBytes(path, layer), bytecode.observe);
    const ours = new Set<string>(image.layers.filter((layer) => layer.recipe !== undefined).map((layer) => layer.digest));
    const files = [...walked.files.values()].filter((file) => ours.has(file.layer));
    const rules = [
      layerFindings(walked.layers),
      secretFindings(image, walked, files),
      ownerFindings(walked, files),
      startFindings(image, walked),
      bytecode.faults(walked, files).map((message): Finding => ({ rule: 'bytecode', message })),
    ];
    return [...structure, ...rules.flat()];
  } catch (error) {
    if (error instanceof ToolError) return [...structure, { rule: 'layer', message: error.message }];
    throw error;
  }
}

/** Accounts are always wanted; files of a base are none of our making. */
function wantedBytes(path: string, layer: Layer): number {
  if (path === 'etc/passwd' || path === 'etc/group') return Number.MAX_SAFE_INTEGER;
  if (layer.recipe === undefined) return 0;
  if (!installed.test(`/${path}`)) return keyBytes;
  return path.endsWith('.pyc') ? pycHeaderSize : 0;
}

function layerFindings(layers: readonly ReadLayer[]): Finding[] {
  return layers.flatMap(({ layer, diffId, repeated }) => {
    const messages = repeated.map((path) => `layer ${layer.digest} holds ${path} twice`);
    if (diffId !== layer.diffId) messages.push(`layer ${layer.digest} has the DiffID ${diffId}, the config says ${layer.diffId}`);
    return messages.map((message): Finding => ({ rule: 'layer', message }));
  });
}

function secretFindings(image: Image, { contents }: Walked, files: readonly ImageFile[]): Finding[] {
  const own = files.filter(({ path }) => !installed.test(path)).map((file) => file.path);
  const messages = [
    ...own.filter((path) => privateKey.test(contents.get(path)?.toString('latin1') ?? '')).map((path) => `${path} is a private key`),
    ...own.filter((path) => environmentFile.test(posix.basename(path))).map((path) => `${path} is an environment file`),
    ...own.filter((path) => posix.basename(path) === '.git').map((path) => `${path} is a git repository`),
    ...environment(image)
      .filter(([name, value]) => value !== '' && secretName.test(name))
      .map(([name]) => `the config sets ${name}`),
  ];
  return messages.map((message): Finding => ({ rule: 'secret', message }));
}

function environment(image: Image): [string, string][] {
  const lines = parseConfig(image.config, image.name).config?.Env ?? [];
  return lines.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]);
}

function ownerFindings(walked: Walked, files: readonly ImageFile[]): Finding[] {
  const users = knownIds(walked.contents.get('/etc/passwd'));
  const groups = knownIds(walked.contents.get('/etc/group'));
  const strangers = files.filter(({ uid, gid }) => !users.has(uid) || !groups.has(gid));
  const open = files.filter(({ type, mode }) => (type === 'file' || type === 'directory') && (mode & 0o1002) === 0o002);
  return [
    ...strangers.map(
      ({ path, uid, gid }): Finding => ({ rule: 'owner', message: `${path} belongs to ${uid}:${gid}, which the image does not know` }),
    ),
    ...open.map(({ path }): Finding => ({ rule: 'owner', message: `${path} can be changed by everyone` })),
  ];
}

/** Root is known without any file. */
function knownIds(table: Buffer | undefined): ReadonlySet<number> {
  const lines = (table?.toString('utf8') ?? '').split('\n').filter((line) => line !== '');
  return new Set([0, ...lines.map((line) => Number(line.split(':')[2]))]);
}

function startFindings(image: Image, { files }: Walked): Finding[] {
  const { config = {} } = parseConfig(image.config, image.name);
  const [program] = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  const workdir = config.WorkingDir || '/';
  const path = new Map(environment(image)).get('PATH') ?? '/usr/bin:/bin';
  const messages: string[] = [];
  if (workdir !== '/' && lookUp(files, workdir)?.type !== 'directory') messages.push(`the working directory ${workdir} is missing`);
  if (program === undefined) messages.push('the config names no command');
  else if (!programPaths(program, { path, workdir }).some((candidate) => isProgram(lookUp(files, candidate)))) {
    messages.push(`the command ${program} is not an executable file in ${program.includes('/') ? 'the image' : path}`);
  }
  return messages.map((message): Finding => ({ rule: 'start', message }));
}

function programPaths(program: string, { path, workdir }: { path: string; workdir: string }): string[] {
  if (program.includes('/')) return [posix.resolve(workdir, program)];
  return path.split(':').map((directory) => posix.resolve(workdir, directory, program));
}

function isProgram(file: ImageFile | undefined): boolean {
  return file !== undefined && (file.type === 'file' || file.type === 'hardlink') && (file.mode & 0o111) !== 0;
}

/** Links followed on one path before it counts as a loop, as in Linux. */
const mostLinks = 40;

/** The file that a path leads to, links of every part followed. */
function lookUp(files: ReadonlyMap<string, ImageFile>, path: string): ImageFile | undefined {
  const open = path
    .split('/')
    .filter((part) => part !== '')
    .reverse();
  let at = '/';
  let links = 0;
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const next = posix.join(at, part);
    const { type, target = '' } = files.get(next) ?? {};
    if (type !== 'symlink') at = next;
    else {
      links += 1;
      if (links > mostLinks) return undefined;
      if (target.startsWith('/')) at = '/';
      open.push(
        ...target
          .split('/')
          .filter((piece) => piece !== '')
          .reverse(),
      );
    }
  }
  return files.get(at);
}
