import { ToolError, type Where } from '../../errors/index.ts';
import { shellWords } from './text.ts';

/** What one logical line says. */
export type Statement =
  | { readonly kind: 'requirement'; readonly text: string; readonly hashes: readonly string[]; readonly ignored: readonly string[] }
  | { readonly kind: 'option'; readonly name: OptionName; readonly value: string };

/** Options that stand on a line of their own, by their spellings. */
const optionNames = {
  '-r': 'requirement',
  '--requirement': 'requirement',
  '-c': 'constraint',
  '--constraint': 'constraint',
  '-e': 'editable',
  '--editable': 'editable',
  '-i': 'index-url',
  '--index-url': 'index-url',
  '--pypi-url': 'index-url',
  '--extra-index-url': 'extra-index-url',
  '-f': 'find-links',
  '--find-links': 'find-links',
  '--no-index': 'no-index',
  '--no-binary': 'no-binary',
  '--only-binary': 'only-binary',
  '--require-hashes': 'require-hashes',
  '--trusted-host': 'trusted-host',
  '--prefer-binary': 'unused',
  '--pre': 'unused',
  '--use-feature': 'unused',
} as const satisfies Record<string, string>;

type OptionName = (typeof optionNames)[keyof typeof optionNames];

const flags: ReadonlySet<string> = new Set(['--no-index', '--require-hashes', '--prefer-binary', '--pre']);
const ofRequirements: ReadonlySet<string> = new Set(['--hash', '--config-settings', '--config-setting', '-C', '--global-option']);

/** Reads one logical line: a requirement with its own options, or options of the whole file. Throws REQUIREMENTS_INVALID. */
export function readLine(text: string, where: Where): readonly Statement[] {
  if (text.startsWith('-')) return globalOptions(shellWords(text), where);
  // pip's rule: the requirement ends before the first word that starts with a hyphen.
  const end = /\s-(?=\S)/.exec(text)?.index ?? text.length;
  const head = text.slice(0, end).trim();
  const { hashes, ignored } = requirementOptions(shellWords(text.slice(end)), where);
  return [{ kind: 'requirement', text: head, hashes, ignored }];
}

function globalOptions(words: readonly string[], where: Where): readonly Statement[] {
  const found: Statement[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const { name, value } = split(words[at] ?? '');
    const option = Object.hasOwn(optionNames, name) ? optionNames[name as keyof typeof optionNames] : undefined;
    if (option === undefined) throw unknownOption(name, where);
    if (flags.has(name)) {
      found.push({ kind: 'option', name: option, value: '' });
      continue;
    }
    const given = value ?? words[++at];
    if (given === undefined || given === '') throw invalid(`${name} needs a value`, where);
    found.push({ kind: 'option', name: option, value: given });
    if (option === 'editable' && at < words.length - 1) return found;
  }
  return found;
}

/** `--name=value`, `--name value`, `-rvalue`. */
function split(word: string): { readonly name: string; readonly value: string | undefined } {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    return equals < 0 ? { name: word, value: undefined } : { name: word.slice(0, equals), value: word.slice(equals + 1) };
  }
  return word.length > 2 ? { name: word.slice(0, 2), value: word.slice(2).replace(/^=/, '') } : { name: word, value: undefined };
}

function requirementOptions(
  words: readonly string[],
  where: Where,
): { readonly hashes: readonly string[]; readonly ignored: readonly string[] } {
  const hashes: string[] = [];
  const ignored: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const { name, value } = split(words[at] ?? '');
    if (!ofRequirements.has(name)) throw unknownOption(name, where);
    const given = value ?? words[++at];
    if (given === undefined || given === '') throw invalid(`${name} needs a value`, where);
    if (name === '--hash') hashes.push(checkedHash(given, where));
    else ignored.push(name);
  }
  return { hashes, ignored };
}

const hexDigits: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha224: 56, sha256: 64, sha384: 96, sha512: 128 };

function checkedHash(text: string, where: Where): string {
  const [algorithm = '', hex = ''] = text.toLowerCase().split(':');
  if (hexDigits[algorithm] === hex.length && /^[0-9a-f]+$/.test(hex)) return `${algorithm}:${hex}`;
  throw invalid(`--hash must be an algorithm, a colon and hex digits: --hash=sha256:…`, where);
}

function unknownOption(name: string, where: Where): ToolError {
  return invalid(`${JSON.stringify(name.slice(0, 60))} is no option of requirements files`, where);
}

/** The error of a line that cannot be read; the line itself may hold credentials and is not shown. */
export function invalid(why: string, where: Where, hint = 'correct the line; the format is pip’s requirements file format'): ToolError {
  return new ToolError('REQUIREMENTS_INVALID', `cannot use the requirements: ${why}`, { where, hint });
}
