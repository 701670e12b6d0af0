import { logicalLines } from './python-source.ts';
import type { StartSignal } from './types.ts';

/** Reads a file of the project by its POSIX path; undefined if there is none. */
export type ReadSource = (path: string) => Promise<string | undefined>;

/** A manage.py that names a settings module. */
export interface ManageFile {
  readonly file: string;
  readonly source: string;
  /** Directories that modules are imported from, relative to the project, `''` for itself; the first is manage.py's own. */
  readonly roots: readonly string[];
  /** Whether the modules are installed, so that no import directory is needed at run time. */
  readonly installed: boolean;
}

/** Django's WSGI and ASGI entry points: manage.py → DJANGO_SETTINGS_MODULE → the package's wsgi.py and asgi.py with `application = ...`. */
export async function detectDjango(manage: ManageFile, read: ReadSource): Promise<readonly StartSignal[]> {
  const settings = settingsModule(manage.source);
  if (settings === undefined) return [];
  const signals: StartSignal[] = [];
  for (const kind of ['wsgi', 'asgi'] as const) {
    const found = await findEntry(manage, { settings, kind, read });
    if (found !== undefined) signals.push(found);
  }
  return signals;
}

/** The module named in `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")` or an assignment to that key. */
export function settingsModule(source: string): string | undefined {
  for (const line of logicalLines(source)) {
    if (!line.code.includes('environ')) continue;
    const key = line.strings.indexOf('DJANGO_SETTINGS_MODULE');
    const value = line.strings[key + 1];
    if (key >= 0 && value !== undefined && /^[A-Za-z_][\w.]*$/.test(value)) return value;
  }
  return undefined;
}

interface EntrySearch {
  readonly settings: string;
  readonly kind: 'wsgi' | 'asgi';
  readonly read: ReadSource;
}

async function findEntry(manage: ManageFile, search: EntrySearch): Promise<StartSignal | undefined> {
  for (const root of manage.roots) {
    for (const parent of parents(search.settings)) {
      const file = [root, ...parent, `${search.kind}.py`].filter((step) => step !== '').join('/');
      const source = await search.read(file);
      if (source === undefined || !definesApplication(source)) continue;
      return {
        kind: `django-${search.kind}`,
        target: `${[...parent, search.kind].join('.')}:application`,
        file,
        reason: `${manage.file} names the settings ${search.settings}, and ${file} defines application`,
        ...(root === '' || manage.installed ? {} : { importRoot: root }),
      };
    }
  }
  return undefined;
}

/** `a.b.settings` → [a, b], [a], []: the nearest package first. */
function parents(module: string): readonly (readonly string[])[] {
  const steps = module.split('.');
  return steps.map((_, index) => steps.slice(0, steps.length - 1 - index));
}

function definesApplication(source: string): boolean {
  return logicalLines(source).some((line) => line.indent === 0 && /^application\s*(?::[^=]+)?=[^=]/.test(line.code));
}
