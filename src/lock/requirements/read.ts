import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { ToolError, type Where } from '../../errors/index.ts';
import type { IndexOptions, IndexPlace } from '../../index-options.ts';
import { normalizeName } from '../../packaging/index.ts';
import { invalid, readLine, type Statement } from './options.ts';
import { decodeRequirements, expandVariables, logicalLines } from './text.ts';
import type { RequirementLine, RequirementsSet } from './types.ts';

export interface ReadRequirementsOptions {
  /** Absolute path; includes may not lead out of it. */
  readonly boundary: string;
  /** For `${NAME}`. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Far more than any project has. Bytes, and files with all their includes. */
const maxBytes = 16 * 1024 * 1024;
const maxFiles = 500;

/**
 * Reads requirements files (absolute paths) with everything that they include by `-r` and `-c`. Nothing is fetched.
 * Errors: REQUIREMENTS_MISSING, REQUIREMENTS_INVALID with file and line.
 */
export async function readRequirements(files: readonly string[], options: ReadRequirementsOptions): Promise<RequirementsSet> {
  const reader = new Reader(options);
  for (const file of files) await reader.read({ file, chain: [], asConstraint: false, where: undefined });
  return reader.result();
}

interface Visit {
  readonly file: string;
  /** Real paths of the files that include this one. */
  readonly chain: readonly string[];
  readonly asConstraint: boolean;
  /** The line that includes it. */
  readonly where: Where | undefined;
}

class Reader {
  readonly #options: ReadRequirementsOptions;
  readonly #lines: RequirementLine[] = [];
  readonly #constraints: RequirementLine[] = [];
  readonly #formats: RequirementsSet['formats'][number][] = [];
  readonly #notes = new Set<string>();
  readonly #seen = new Set<string>();
  #indexes: IndexOptions = { extra: [], findLinks: [] };
  #requireHashes: Where | undefined;

  constructor(options: ReadRequirementsOptions) {
    this.#options = options;
  }

  result(): RequirementsSet {
    return {
      lines: this.#lines,
      constraints: this.#constraints,
      indexes: this.#indexes,
      formats: this.#formats,
      requireHashes: this.#requireHashes,
      notes: [...this.#notes],
    };
  }

  async read(visit: Visit): Promise<void> {
    const real = await this.#checkedPath(visit);
    if (visit.chain.includes(real)) throw this.#cycle(real, visit);
    // A file that is included twice says nothing new the second time.
    const key = `${visit.asConstraint} ${real}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (this.#seen.size > maxFiles) throw invalid(`more than ${maxFiles} files are included`, visit.where ?? { file: visit.file });
    for (const { text, line } of logicalLines(await textOf(real, visit))) {
      const where = { file: visit.file, line };
      for (const statement of readLine(expandVariables(text, this.#options.env), where)) {
        await this.#take(statement, { ...visit, chain: [...visit.chain, real], where });
      }
    }
  }

  async #take(statement: Statement, visit: Visit & { readonly where: Where }): Promise<void> {
    const { where } = visit;
    const target = visit.asConstraint ? this.#constraints : this.#lines;
    if (statement.kind === 'requirement') {
      target.push({ text: statement.text, hashes: statement.hashes, editable: false, where });
      for (const name of statement.ignored) this.#notes.add(`${placeName(where)}: ${name} is not used: wheels are installed as they are`);
      return;
    }
    const { name, value } = statement;
    if (name === 'requirement' || name === 'constraint')
      await this.#include(value, { ...visit, asConstraint: visit.asConstraint || name === 'constraint' });
    else if (name === 'editable') target.push({ text: value, hashes: [], editable: true, where });
    else if (name === 'require-hashes') this.#requireHashes ??= where;
    else if (name === 'trusted-host') this.#notes.add(`${placeName(where)}: --trusted-host is not used: certificates are always checked`);
    else if (name === 'no-binary' || name === 'only-binary') this.#format(name, value);
    else if (name !== 'unused') this.#index(name, value, where);
  }

  async #include(value: string, visit: Visit & { readonly where: Where }): Promise<void> {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value) && !/^file:/i.test(value)) {
      throw invalid(
        'a file on a server can change at any time and is not read',
        visit.where,
        'download it into the project, and name it by its path',
      );
    }
    await this.read({ ...visit, file: path.resolve(path.dirname(visit.file), localPath(value)) });
  }

  #format(name: 'no-binary' | 'only-binary', value: string): void {
    const names = value.split(',').map((item) => (item.startsWith(':') ? item : normalizeName(item.trim())));
    this.#formats.push({ only: name === 'no-binary' ? 'sources' : 'wheels', names: names.filter((item) => item !== '') });
  }

  #index(name: 'index-url' | 'extra-index-url' | 'find-links' | 'no-index', value: string, where: Where): void {
    const flag = (kind: IndexPlace['kind']): IndexPlace => ({ url: indexPlace(value, where.file), kind, origin: placeName(where) });
    const { extra, findLinks } = this.#indexes;
    if (name === 'index-url') this.#indexes = { ...this.#indexes, index: flag('simple') };
    else if (name === 'extra-index-url') this.#indexes = { ...this.#indexes, extra: [...extra, flag('simple')] };
    else if (name === 'find-links') this.#indexes = { ...this.#indexes, findLinks: [...findLinks, flag('flat')] };
    else this.#indexes = { ...this.#indexes, noIndex: true };
  }

  /** The real path of a file, which must lie in the project: what cannot be read as requirements could end in a message. */
  async #checkedPath({ file, where }: Visit): Promise<string> {
    const real = await realpath(file).catch(() => undefined);
    if (real === undefined) {
      throw new ToolError('REQUIREMENTS_MISSING', `there is no ${path.basename(file)}`, {
        where: where ?? { file },
        hint: where === undefined ? 'correct requirements in [tool.wherry], or add the file' : `correct the line, or add the file: ${file}`,
      });
    }
    const inside = path.relative(await realpath(this.#options.boundary), real);
    if (inside.split(path.sep)[0] !== '..' && !path.isAbsolute(inside)) return real;
    throw invalid(`${path.basename(file)} lies outside of the project`, where ?? { file }, 'copy the file into the project');
  }

  #cycle(real: string, { chain, where }: Visit): ToolError {
    const names = [...chain.slice(chain.indexOf(real)), real].map((file) => path.basename(file));
    return invalid(`files include each other: ${names.join(' → ')}`, where ?? { file: real }, 'remove one of the includes');
  }
}

async function textOf(real: string, { file, where }: Visit): Promise<string> {
  const place = where ?? { file };
  const found = await stat(real);
  if (!found.isFile()) throw invalid(`${path.basename(file)} is no file`, place);
  if (found.size > maxBytes) throw invalid(`${path.basename(file)} has ${found.size} bytes; at most ${maxBytes} are read`, place);
  const text = decodeRequirements(await readFile(real));
  if (text !== undefined) return text;
  throw invalid(
    `${path.basename(file)} is not text in UTF-8 or UTF-16`,
    { file },
    'save it in UTF-8, or name its encoding: # -*- coding: latin-1 -*-',
  );
}

function localPath(value: string): string {
  return /^file:\/\//i.test(value) && URL.canParse(value) ? decodeURIComponent(new URL(value).pathname) : value;
}

/** A URL stays as it is; paths start at the file that names them. */
function indexPlace(value: string, file: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(value) && !/^file:/i.test(value) ? value : path.resolve(path.dirname(file), localPath(value));
}

/** `requirements.txt:3` */
export function placeName({ file, line }: Where): string {
  return line === undefined ? path.basename(file) : `${path.basename(file)}:${line}`;
}
