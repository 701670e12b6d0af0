import { normalizeName } from '../../../src/packaging/index.ts';
import type { Choice } from './installer.ts';
import { heldBuildSystem } from './stage.ts';

const identified = /Identified uncached distribution: ([^\s=]+)(?:==(\S+)| @ (\S+))/;
const omitted = /Omitting `([^`]+)` from resolution due to `--no-install-package`/;
const started = /Sending fresh GET request for: |Building: /;

interface Listed {
  readonly name: string;
  readonly version: string | undefined;
  readonly url: string | undefined;
}

/** uv's log, read line by line while it is written. */
export class InstallerLog {
  #rest = '';
  #text = '';
  #isListComplete = false;
  readonly #listed: Listed[] = [];
  readonly #omitted: string[] = [];

  read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#readLine(line);
  }

  #readLine(line: string): void {
    const [, name, version, url] = identified.exec(line) ?? [];
    if (name !== undefined) this.#listed.push({ name, version, url });
    const left = omitted.exec(line)?.[1];
    if (left !== undefined) this.#omitted.push(left);
    this.#isListComplete ||= started.test(line);
    if (!line.startsWith('DEBUG ')) this.#text += `${line}\n`;
  }

  /** The list of packages stands in the log before the first request or build, so it is complete when one of those was read. */
  hasAskedForAll(paths: ReadonlySet<string>): boolean {
    if (!this.#isListComplete) return false;
    const held = [...paths].filter((path) => path.startsWith(heldBuildSystem)).length;
    return paths.size - held >= this.#listed.filter(({ url }) => !isTree(url)).length;
  }

  /** What uv said when it ended on its own. */
  get refusal(): string {
    const text = this.#text + this.#rest;
    const at = text.search(/^error: /m);
    return (at === -1 ? text.slice(-400) : text.slice(at)).trim();
  }

  /** Everything that would be installed, with the files that were asked for. Of what was left out, only packages from git are meant. */
  choices(paths: ReadonlySet<string>, git: readonly string[]): ReadonlyMap<string, Choice> {
    const files = new Map([...paths].map((path) => [nameOf(path), fileOf(path)]));
    const choices = new Map<string, Choice>(this.#omitted.filter((name) => git.includes(name)).map((name) => [name, {}]));
    for (const { name, version, url } of this.#listed) {
      const file = isTree(url) ? {} : url === undefined ? files.get(name) : fileOf(new URL(url).pathname);
      choices.set(name, { ...(version === undefined ? {} : { version }), ...file });
    }
    return choices;
  }
}

function isTree(url: string | undefined): boolean {
  return url?.startsWith('file:') ?? false;
}

function fileOf(path: string): Pick<Choice, 'file' | 'hash'> {
  const [, hash = '-', file = ''] = path.split('/');
  return { file: decodeURIComponent(file), ...(hash === '-' ? {} : { hash }) };
}

/** The package of a file by its name. Names of sdists may have any number of dashes before the version. */
function nameOf(path: string): string {
  const { file = '' } = fileOf(path);
  return normalizeName(file.endsWith('.whl') ? file.slice(0, file.indexOf('-')) : file.replace(/-\d[^-]*$/, ''));
}
