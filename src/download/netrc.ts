/** Login of one host, as a netrc file or an index gives it. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/**
 * The `machine` entries of a netrc file by host. `default` is never used, since it would answer for any host, and macros are skipped.
 * The first entry of a host wins.
 */
export function parseNetrc(text: string): ReadonlyMap<string, Login> {
  const found = new Map<string, Login>();
  let entry: { host: string | undefined; login: string; password: string } | undefined;
  const close = () => {
    if (entry?.host && !found.has(entry.host)) found.set(entry.host, { username: entry.login, password: entry.password });
  };
  const words = tokens(text);
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i];
    if (word === 'machine' || word === 'default') {
      close();
      const host = word === 'machine' ? words[++i]?.toLowerCase() : undefined;
      entry = { host, login: '', password: '' };
    } else if (entry !== undefined && word === 'login') entry.login = words[++i] ?? '';
    else if (entry !== undefined && word === 'password') entry.password = words[++i] ?? '';
    else if (word === 'account') i += 1;
  }
  close();
  return found;
}

/** Words, with quotes and backslashes as curl reads them; comments and macro definitions (up to an empty line) are left out. */
function tokens(text: string): string[] {
  const words: string[] = [];
  let inMacro = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*macdef\s/.test(line)) inMacro = true;
    if (line.trim() === '') inMacro = false;
    if (inMacro || line.trimStart().startsWith('#')) continue;
    for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) words.push(match[2] ?? (match[1] ?? '').replaceAll(/\\(.)/g, '$1'));
  }
  return words;
}
