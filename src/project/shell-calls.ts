import { interpreterOf } from './guards.ts';

/** Words that a command may follow. */
const openers = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', '{', '!', 'exec', 'time', 'command']);

/** What looks like a command and is none. */
const reserved = new Set(['fi', 'done', 'esac', 'case', 'for', 'function']);

/** Shells whose scripts are read here. */
const shells = /(?:^|[/\s])(?:ba|da|a)?sh(?:\s|$)/;

/**
 * The names of programs that a shell script calls, sorted. Read with care rather than in full: words in quotes, here-documents, comments and arguments
 * are none, nor are functions of the script and what it asks for by `command -v` first; a name that is computed is not seen.
 */
export function programsCalled(script: string): readonly string[] {
  const text = withoutHereDocuments(script.replaceAll('\\\n', ' '));
  const own = new Set([...text.matchAll(/^\s*(?:function\s+)?([\w-]+)\s*\(\s*\)/gm)].map(([, name]) => name));
  const asked = new Set([...text.matchAll(/\b(?:command\s+-[vV]|which|type|hash)\s+([\w.+-]+)/g)].map(([, name]) => name));
  const called = simpleCommands(text).flatMap((words) => programIn(words) ?? []);
  return [...new Set(called)].filter((name) => !own.has(name) && !asked.has(name)).sort();
}

/** Bytes; start scripts are small, and what carries an archive behind a few lines of shell is not read. */
const largest = 64 * 1024;

/** The same of a file, if a shell is what it starts with after `#!`; nothing of other files and of large ones. */
export function callsOfFile(content: Buffer): readonly string[] {
  return content.length <= largest && shells.test(interpreterOf(content) ?? '') ? programsCalled(content.toString()) : [];
}

/** The first word that is no assignment and opens nothing; undefined if it is not a plain name. */
function programIn(command: string): string | undefined {
  const words = command.trim().split(/\s+/);
  const name = words.find((word) => !openers.has(word) && !/^\w+=/.test(word));
  return name !== undefined && !reserved.has(name) && /^[a-z][\w.+-]*$/.test(name) ? name : undefined;
}

function withoutHereDocuments(text: string): string {
  return text.replace(/<<(-?)\s*(["']?)(\w+)\2([^\n]*)\n([\s\S]*?\n)?\t*\3(?=\n|$)/g, '$4');
}

/** The script cut at everything that ends a simple command; quoted words become `_`, command substitutions commands of their own. */
function simpleCommands(text: string): string[] {
  const commands: string[] = [];
  /** What is open: the text of each command so far, and how it ends. */
  const open: { text: string; readonly end: string }[] = [{ text: '', end: '' }];
  const current = () => open.at(-1) as { text: string; readonly end: string };
  const finish = () => {
    commands.push(current().text);
    current().text = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const { end } = current();
    const char = text[at] as string;
    const isQuoted = end === '"';
    if (char === end) {
      if (!isQuoted) finish();
      open.pop();
      current().text += '_';
    } else if (char === '\\') at += 1;
    else if (text.startsWith('$(', at) && text[at + 2] !== '(') {
      open.push({ text: '', end: ')' });
      at += 1;
    } else if (char === '`') open.push({ text: '', end: '`' });
    else if (isQuoted) continue;
    else if (char === '"') open.push({ text: '', end: '"' });
    else if (char === "'") {
      at = endOf(text, { from: at + 1, end: "'" });
      current().text += '_';
    } else if (char === '#' && /(?:^|\s)$/.test(current().text)) at = endOf(text, { from: at, end: '\n' }) - 1;
    else if (/[;&|\n(]/.test(char)) finish();
    else current().text += char;
  }
  for (const { text: rest, end } of open) if (end !== '"') commands.push(rest);
  return commands;
}

function endOf(text: string, { from, end }: { readonly from: number; readonly end: string }): number {
  const found = text.indexOf(end, from);
  return found < 0 ? text.length : found;
}
