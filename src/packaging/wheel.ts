import { ToolError } from '../errors/index.ts';
import { normalizeName } from './name.ts';
import { tryParseVersion, type Version } from './version.ts';

/** What a wheel's file name says (PEP 427). */
export interface WheelName {
  /** Normalised. */
  readonly name: string;
  readonly version: Version;
  readonly build: BuildTag | undefined;
  /** Every `python-abi-platform` combination of the name's dotted sets. */
  readonly tags: readonly string[];
}

/** A build number: wheels of one version are ordered by `number`, then `suffix`; none comes before any. */
export interface BuildTag {
  readonly number: number | bigint;
  readonly suffix: string;
}

const projectShape = /^[A-Z0-9](?:[A-Z0-9._]*[A-Z0-9])?$/i;

/** Takes a wheel's file name apart; throws `WHEEL_NAME_INVALID`. Unknown tags are kept: they just never fit. */
export function parseWheelFilename(filename: string): WheelName {
  if (!filename.endsWith('.whl')) throw invalid(filename, 'it does not end in .whl');
  const parts = filename.slice(0, -'.whl'.length).split('-');
  if (parts.length !== 5 && parts.length !== 6) throw invalid(filename, 'it must have five or six parts between hyphens');
  const [name = '', versionText = ''] = parts;
  if (!projectShape.test(name)) throw invalid(filename, `${JSON.stringify(name)} is not a package name`);
  const version = tryParseVersion(versionText);
  if (version === undefined) throw invalid(filename, `${JSON.stringify(versionText)} is not a version`);
  const build = parts.length === 6 ? readBuild(filename, parts[2] ?? '') : undefined;
  return { name: normalizeName(name), version, build, tags: wheelTags(filename) };
}

/** The tags of a wheel alone: far cheaper than `parseWheelFilename`, and nothing else of the name is checked. */
export function wheelTags(filename: string): readonly string[] {
  const end = filename.length - '.whl'.length;
  const platform = filename.lastIndexOf('-', end);
  const abi = filename.lastIndexOf('-', platform - 1);
  const python = filename.lastIndexOf('-', abi - 1);
  if (python < 0) return [];
  const tail = filename.slice(python + 1, end).toLowerCase();
  return tail.includes('.') ? expandTags(tail.split('-')) : [tail];
}

/** Order of build tags: negative, zero or positive (PEP 427: none sorts first). */
export function compareBuilds(a: BuildTag | undefined, b: BuildTag | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (a.number !== b.number) return a.number < b.number ? -1 : 1;
  return a.suffix < b.suffix ? -1 : a.suffix > b.suffix ? 1 : 0;
}

function readBuild(filename: string, text: string): BuildTag {
  const [, digits, suffix = ''] = /^(\d+)(.*)$/.exec(text) ?? [];
  if (digits === undefined) throw invalid(filename, `the build tag ${JSON.stringify(text)} does not start with a digit`);
  const number = Number(digits);
  return { number: Number.isSafeInteger(number) ? number : BigInt(digits), suffix };
}

function expandTags(sets: readonly string[]): readonly string[] {
  const [pythons = [], abis = [], platforms = []] = sets.map((set) => set.split('.'));
  return pythons.flatMap((python) => abis.flatMap((abi) => platforms.map((platform) => `${python}-${abi}-${platform}`)));
}

function invalid(filename: string, reason: string): ToolError {
  return new ToolError('WHEEL_NAME_INVALID', `${JSON.stringify(filename)} is not a wheel file name: ${reason}`, {
    hint: 'run uv lock again, or report the file to the index that serves it',
  });
}
