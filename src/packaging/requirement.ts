import { ToolError } from '../errors/index.ts';
import { type Marker, parseMarker } from './marker.ts';
import { normalizeName } from './name.ts';
import { parseSpecifiers, type Specifiers } from './specifier.ts';

/** A dependency specifier (PEP 508). Either `url` is set or `specifiers` apply; empty specifiers mean any version. */
export interface Requirement {
  /** Normalised. */
  readonly name: string;
  /** Normalised, sorted, each once. */
  readonly extras: readonly string[];
  readonly specifiers: Specifiers;
  /** The specifiers as written, without parentheses; empty if there are none. */
  readonly specifierText: string;
  readonly url: string | undefined;
  readonly marker: Marker | undefined;
  /** The marker as written. */
  readonly markerText: string | undefined;
}

const headShape = /^\s*([A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?)\s*(?:\[([^\]]*)\])?\s*/i;
const extraShape = /^[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?$/i;

/** Reads one line such as `uvicorn[standard] >=0.30 ; python_version < '4'`; throws `REQUIREMENT_INVALID`. */
export function parseRequirement(text: string): Requirement {
  const head = headShape.exec(text);
  const name = head?.[1];
  if (head === null || name === undefined) throw invalid(text, 'it must start with a package name');
  const rest = text.slice(head[0].length);
  const extras = parseExtras(text, head[2]);
  const body = rest.startsWith('@') ? splitUrl(text, rest) : splitSpecifiers(text, rest);
  const markerText = body.marker?.trim();
  return {
    name: normalizeName(name),
    extras,
    specifiers: attempt(text, () => parseSpecifiers(body.specifiers)),
    specifierText: body.specifiers.trim(),
    url: body.url,
    marker: markerText === undefined ? undefined : attempt(text, () => parseMarker(markerText)),
    markerText,
  };
}

interface Body {
  readonly specifiers: string;
  readonly url: string | undefined;
  readonly marker: string | undefined;
}

function parseExtras(text: string, list: string | undefined): readonly string[] {
  if (list === undefined || list.trim() === '') return [];
  const names = list.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !extraShape.test(name));
  if (wrong !== undefined) throw invalid(text, `${JSON.stringify(wrong)} is not the name of an extra`);
  return [...new Set(names.map(normalizeName))].sort();
}

/** A URL ends at white space, or at a `;` before white space as uv reads it; any other `;` belongs to the URL. */
function splitUrl(text: string, rest: string): Body {
  const [, url, after = ''] = /^@\s*(\S+?)(;?\s.*)?$/s.exec(rest) ?? [];
  if (url === undefined) throw invalid(text, 'a URL must follow the @');
  if (after.trim() === '') return { specifiers: '', url, marker: undefined };
  if (!after.trimStart().startsWith(';')) throw invalid(text, 'after the URL only a marker may follow');
  return { specifiers: '', url, marker: after.trimStart().slice(1) };
}

function splitSpecifiers(text: string, rest: string): Body {
  const end = rest.indexOf(';');
  const written = (end < 0 ? rest : rest.slice(0, end)).trim();
  const marker = end < 0 ? undefined : rest.slice(end + 1);
  const inner = /^\(([^()]*)\)$/.exec(written)?.[1] ?? written;
  if (/[()]/.test(inner)) throw invalid(text, 'parentheses must enclose all version specifiers');
  return { specifiers: inner, url: undefined, marker };
}

function attempt<T>(text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ToolError) throw invalid(text, error.message, error);
    throw error;
  }
}

function invalid(text: string, reason: string, cause?: unknown): ToolError {
  return new ToolError('REQUIREMENT_INVALID', `${JSON.stringify(text)} is not a requirement: ${reason}`, {
    hint: 'write it as in PEP 508, for example requests>=2.32,<3',
    cause,
  });
}
