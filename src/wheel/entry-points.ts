import { invalidWheel, isReservedScript, refuse } from './rules.ts';

/** A command that a wheel asks for: file name in `bin`, and what it calls. */
export interface Script {
  readonly name: string;
  readonly module: string;
  /** Attribute path below the module, `main` or `Class.main`. */
  readonly attribute: string;
}

const sections = new Set(['console_scripts', 'gui_scripts']);
const reference = /^([\p{L}\p{N}_.-]+)\s*:\s*([\p{L}\p{N}_.-]+)(?:\s*\[[^\]]*\])?$/u;

/**
 * Console and GUI scripts of entry_points.txt (entry points specification): case-sensitive INI with `=` only; extras are ignored.
 * Also applies pip's special case: `pip3.N` follows the Python at hand, not the one that built the wheel.
 */
export function parseScripts(text: string, context: { readonly wheel: string; readonly pythonMinor: string }): Script[] {
  const scripts = new Map<string, Script>();
  let section = '';
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.replace(/\s[#;].*$/, '').trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const header = /^\[(.*)\]$/.exec(line);
    if (header !== null) section = header[1]?.trim() ?? '';
    else if (sections.has(section)) addScript(scripts, parseScript(line, context.wheel), context.wheel);
  }
  return withPipScripts([...scripts.values()], context.pythonMinor);
}

function parseScript(line: string, wheel: string): Script {
  const equals = line.indexOf('=');
  const name = line.slice(0, Math.max(equals, 0)).trim();
  const match = reference.exec(line.slice(equals + 1).trim());
  if (equals < 0 || match === null) throw invalidWheel(wheel, `entry_points.txt has the line ${JSON.stringify(line)}`);
  if (!isPlainName(name)) throw refuse(wheel, 'entry-point-outside', name);
  if (isReservedScript(name)) throw refuse(wheel, 'reserved-name', name);
  return { name, module: match[1] ?? '', attribute: match[2] ?? '' };
}

function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\p{C}]/u.test(name);
}

function addScript(scripts: Map<string, Script>, script: Script, wheel: string): void {
  const other = scripts.get(script.name);
  if (other !== undefined && (other.module !== script.module || other.attribute !== script.attribute)) {
    throw invalidWheel(wheel, `entry_points.txt defines ${script.name} twice`);
  }
  scripts.set(script.name, script);
}

function withPipScripts(scripts: readonly Script[], pythonMinor: string): Script[] {
  const kept = scripts.filter((script) => !/^pip3\.\d+$/.test(script.name));
  const pip = kept.find((script) => script.name === 'pip3');
  return pip === undefined ? kept : [...kept, { ...pip, name: `pip${pythonMinor}` }];
}

/** Text of the file in `bin` for a script; `python` is the interpreter's path in the image. */
export function scriptText(script: Script, python: string): string {
  const [first = script.attribute] = script.attribute.split('.', 1);
  return `#!${python}
# -*- coding: utf-8 -*-
import sys
from ${script.module} import ${first}
if __name__ == "__main__":
    if sys.argv[0].endswith("-script.pyw"):
        sys.argv[0] = sys.argv[0][:-11]
    elif sys.argv[0].endswith(".exe"):
        sys.argv[0] = sys.argv[0][:-4]
    sys.exit(${script.attribute}())
`;
}
