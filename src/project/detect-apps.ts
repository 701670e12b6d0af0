import { importedNames, type LogicalLine, logicalLines, qualified } from './python-source.ts';
import type { StartSignal } from './types.ts';

/** A Python file that may hold an application. */
export interface ModuleFile {
  /** POSIX path relative to the project. */
  readonly file: string;
  /** Dotted name; a package's own file ends in `.__init__`. */
  readonly module: string;
  readonly source: string;
  readonly importRoot: string | undefined;
}

type AppKind = 'fastapi' | 'starlette' | 'flask';

const constructors: Readonly<Record<string, AppKind>> = {
  'fastapi.FastAPI': 'fastapi',
  'fastapi.applications.FastAPI': 'fastapi',
  'starlette.applications.Starlette': 'starlette',
  'flask.Flask': 'flask',
  'flask.app.Flask': 'flask',
};

const labels: Readonly<Record<AppKind, string>> = { fastapi: 'FastAPI', starlette: 'Starlette', flask: 'Flask' };

/**
 * FastAPI, Starlette and Flask applications that can be imported: assigned at module level, or made by `create_app`/`make_app` that can be
 * called without arguments. Applications inside functions, comments and strings are not seen. Factories count only without an instance.
 */
export function detectApps(modules: readonly ModuleFile[]): readonly StartSignal[] {
  const parsed = modules.map(parseModule);
  const factories = new Map(parsed.flatMap((module) => module.factories.map(({ name, kind }) => [`${moduleName(module)}.${name}`, kind])));
  const instances = parsed.flatMap((module) => instancesOf(module, factories));
  return instances.length > 0 ? instances : parsed.flatMap(factorySignals);
}

interface ParsedModule extends ModuleFile {
  readonly lines: readonly LogicalLine[];
  readonly imports: ReadonlyMap<string, string>;
  readonly factories: readonly { readonly name: string; readonly kind: AppKind }[];
}

function parseModule(file: ModuleFile): ParsedModule {
  const lines = logicalLines(file.source);
  const imports = importedNames(lines, file.module);
  return { ...file, lines, imports, factories: factoriesIn(lines, imports) };
}

function moduleName(file: ModuleFile): string {
  return file.module.replace(/\.__init__$/, '');
}

const assignment = /^([A-Za-z_]\w*)\s*(?::[^=]+)?=\s*([A-Za-z_][\w.]*)\s*\(/;

function instancesOf(module: ParsedModule, factories: ReadonlyMap<string, AppKind>): readonly StartSignal[] {
  return module.lines.flatMap((line) => {
    const match = line.indent === 0 ? assignment.exec(line.code) : null;
    if (match?.[1] === undefined || match[2] === undefined) return [];
    const name = qualified(match[2], module.imports);
    const kind = constructors[name] ?? factories.get(name) ?? factories.get(`${moduleName(module)}.${name}`);
    return kind === undefined ? [] : [signal(module, { kind, attribute: match[1], how: `${match[1]} = ${match[2]}(...)` })];
  });
}

function factorySignals(module: ParsedModule): readonly StartSignal[] {
  return module.factories.map(({ name, kind }) => signal(module, { kind, attribute: `${name}()`, how: `the factory ${name}()` }));
}

function signal(module: ModuleFile, found: { kind: AppKind; attribute: string; how: string }): StartSignal {
  return {
    kind: found.kind,
    target: `${moduleName(module)}:${found.attribute}`,
    file: module.file,
    reason: `${module.file} has a ${labels[found.kind]} application: ${found.how}`,
    ...(module.importRoot === undefined ? {} : { importRoot: module.importRoot }),
  };
}

function factoriesIn(lines: readonly LogicalLine[], imports: ReadonlyMap<string, string>): ParsedModule['factories'] {
  return lines.flatMap((line, index) => {
    const match = line.indent === 0 ? /^def\s+(create_app|make_app)\s*\((.*)\)\s*(?:->.*)?:$/.exec(line.code) : null;
    if (match?.[1] === undefined || !optionalOnly(match[2] ?? '')) return [];
    const kind = constructedIn(lines.slice(index + 1), imports);
    return kind === undefined ? [] : [{ name: match[1], kind }];
  });
}

function optionalOnly(parameters: string): boolean {
  return parameters.split(',').every((each) => each.trim() === '' || each.trim().startsWith('*') || each.includes('='));
}

function constructedIn(body: readonly LogicalLine[], imports: ReadonlyMap<string, string>): AppKind | undefined {
  for (const line of body) {
    if (line.indent === 0) return undefined;
    const call = /^(?:return\s+|[A-Za-z_]\w*\s*(?::[^=]+)?=\s*)([A-Za-z_][\w.]*)\s*\(/.exec(line.code);
    const kind = call?.[1] === undefined ? undefined : constructors[qualified(call[1], imports)];
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** Whether a Python file does something when it is run: a `__main__` guard, or a call, loop or block at module level. */
export function isRunnable(source: string): boolean {
  return logicalLines(source).some((line) => {
    if (line.indent !== 0) return false;
    const guard = /^if\s*\(?\s*(?:__name__\s*==\s*"(\d+)"|"(\d+)"\s*==\s*__name__)/.exec(line.code);
    if (guard !== null) return line.strings[Number(guard[1] ?? guard[2])] === '__main__';
    return /^(?:for|while|with)\s/.test(line.code) || /^(?:[A-Za-z_][\w.]*)\s*\(/.test(line.code);
  });
}
