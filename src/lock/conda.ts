import { readFile } from 'node:fs/promises';

const general = 'uv init --bare && uv add PACKAGE (once for each package that the code imports)';

/** The uv command that asks for what an environment.yml asks for; a general one where the file cannot be read as such. */
export async function condaCommand(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const found = condaRequirements(text);
  if (found === undefined || found.packages.length === 0) return general;
  const python = found.python === undefined ? '' : ` --python ${found.python}`;
  return `uv init --bare${python} && uv add ${found.packages.map(quoted).join(' ')}`;
}

/**
 * Packages of the `dependencies` of an environment.yml, in the terms of Python's index: conda's `name=1.2` means `1.2.*`. Names are mostly the same;
 * channels and what is no Python package are for people to see to. Undefined for a layout other than conda's own.
 */
export function condaRequirements(text: string): { readonly python: string | undefined; readonly packages: readonly string[] } | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/\s+#.*$/, '').trimEnd());
  const start = lines.findIndex((line) => /^dependencies:$/.test(line));
  if (start < 0) return undefined;
  const packages: string[] = [];
  let python: string | undefined;
  let pip = false;
  for (const line of lines.slice(start + 1)) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const [, indent = '', item] = /^(\s*)- (.+)$/.exec(line) ?? [];
    if (item === undefined) break;
    if (/^pip:$/.test(item)) pip = true;
    else if (pip && indent.length >= 2 && !/^[A-Za-z0-9_-]+\s*=[^=]/.test(item)) packages.push(unquoted(item));
    else {
      const requirement = fromConda(unquoted(item));
      if (requirement?.name === 'python') python = requirement.minor;
      else if (requirement !== undefined && requirement.name !== 'pip') packages.push(requirement.text);
    }
  }
  return { python, packages };
}

function fromConda(item: string): { readonly name: string; readonly minor: string | undefined; readonly text: string } | undefined {
  const [, name, rest = ''] = /^(?:[\w./-]+::)?([A-Za-z0-9._-]+)\s*(.*)$/.exec(item) ?? [];
  if (name === undefined) return undefined;
  const minor = /(\d+\.\d+)/.exec(rest)?.[1];
  if (rest === '' || /^[<>!~]=?|^==/.test(rest)) return { name, minor, text: `${name}${rest.replaceAll(' ', '')}` };
  const version = /^=?\s*([0-9][\w.]*)/.exec(rest.replace(/^=/, ''))?.[1];
  return { name, minor, text: version === undefined ? name : `${name}==${version.replace(/\.$/, '')}.*` };
}

function unquoted(item: string): string {
  return item.replace(/^(["'])(.*)\1$/, '$2').trim();
}

function quoted(requirement: string): string {
  return /^[A-Za-z0-9._-]+$/.test(requirement) ? requirement : `'${requirement.replaceAll("'", '"')}'`;
}
