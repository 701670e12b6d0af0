import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as ours from '../../src/packaging/index.ts';
import { parseScripts } from '../../src/wheel/entry-points.ts';

/** One answer of each side to one question. */
interface Vector {
  readonly input: string;
  readonly theirs: unknown;
  readonly ours: unknown;
}

/** Where Wherry follows uv or the specification instead of pypa/packaging; `input` is a regular expression for the whole question. */
interface Difference {
  readonly section: string;
  readonly input: string;
  readonly reason: string;
  /** The sentence that decides it, and where it stands: a page of the specifications, or a source file of uv. */
  readonly sentence: string;
  readonly from: string;
}

type Rows<Answer> = readonly (readonly [string, Answer])[];
type TagQuestion = {
  readonly minor: number;
  readonly libc: { readonly kind: 'glibc' | 'musl'; readonly version: string };
  readonly machine: 'x86_64' | 'aarch64';
};

interface Vectors {
  readonly candidates: readonly string[];
  readonly environments: readonly { readonly python: string; readonly machine: string; readonly extra: string }[];
  readonly versions: Rows<string | null>;
  readonly order: Rows<readonly number[]>;
  readonly specifiers: Rows<boolean>;
  readonly allowed: Rows<readonly boolean[]>;
  readonly allowedFinal: Rows<readonly boolean[]>;
  readonly markers: Rows<readonly (boolean | null)[] | null>;
  readonly tags: readonly (readonly [TagQuestion, readonly string[]])[];
  readonly wheels: Rows<object | null>;
  readonly requirements: Rows<object | null>;
  readonly entryPoints: Rows<readonly (readonly string[])[] | null>;
}

const root = join(import.meta.dirname, '../..');
const differences: readonly Difference[] = JSON.parse(readFileSync(join(import.meta.dirname, 'packaging-differences.json'), 'utf8'));
const used = new Set<Difference>();
let vectors: Vectors;
let compared = 0;

beforeAll(() => {
  const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  vectors = JSON.parse(execFileSync(join(root, '.cache/venv/bin/python'), ['-I', join(root, 'scripts/vectors/packaging.py')], options));
});

afterAll(() => {
  console.log(`${compared} answers compared with pypa/packaging, ${differences.length} known differences`);
});

/** The vectors that differ without a row in the table. */
function unexplained(section: string, list: Iterable<Vector>): readonly Vector[] {
  const wrong: Vector[] = [];
  for (const vector of list) {
    compared++;
    if (JSON.stringify(vector.ours) === JSON.stringify(vector.theirs)) continue;
    const row = differences.find(
      (candidate) => candidate.section === section && new RegExp(`^(?:${candidate.input})$`, 's').test(vector.input),
    );
    if (row === undefined) wrong.push(vector);
    else used.add(row);
  }
  return [...new Map(wrong.map((vector) => [vector.input, vector])).values()].slice(0, 40);
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    expect(error).toMatchObject({ name: 'ToolError' });
    return null;
  }
}

function* specifierVectors(rows: Rows<readonly boolean[]>, prereleases: boolean): Iterable<Vector> {
  const candidates = vectors.candidates.map((text) => ours.parseVersion(text));
  for (const [text, answers] of rows) {
    const specifiers = ours.parseSpecifiers(text);
    for (const [index, version] of candidates.entries()) {
      yield {
        input: `${vectors.candidates[index]} in ${text}`,
        theirs: answers[index],
        ours: ours.specifiersAllow(specifiers, version, { prereleases }),
      };
    }
  }
}

function* markerVectors(): Iterable<Vector> {
  for (const [text, answers] of vectors.markers) {
    const marker = attempt(() => ours.parseMarker(text));
    if (marker === null || answers === null) {
      yield { input: text, theirs: answers === null ? 'refused' : 'read', ours: marker === null ? 'refused' : 'read' };
      continue;
    }
    for (const [index, { extra, ...target }] of vectors.environments.entries()) {
      const extras = new Set(extra === '' ? [] : [extra]);
      yield { input: text, theirs: answers[index], ours: ours.evaluateMarker(marker, ours.markerEnvironment(target), extras) };
    }
  }
}

function* tagVectors(): Iterable<Vector> {
  for (const [{ minor, libc, machine }, theirs] of vectors.tags) {
    const name = `cp3${minor} ${libc.kind} ${libc.version} ${machine}`;
    const tags = ours.compatibleTags({ pythonMinor: minor, libc, machine });
    yield { input: `first of ${name}`, theirs: theirs[0], ours: tags[0] };
    yield { input: `number of ${name}`, theirs: theirs.length, ours: tags.length };
    const portable = (list: readonly string[]) => list.filter((tag) => !tag.endsWith(`-linux_${machine}`));
    const [theirOrder, ourOrder] = [portable(theirs), portable(tags)];
    for (const [index, tag] of theirOrder.entries()) yield { input: `${index} of ${name}`, theirs: tag, ours: ourOrder[index] };
    const known = new Set(tags);
    for (const tag of theirs) yield { input: `${tag} for ${name}`, theirs: true, ours: known.has(tag) };
  }
}

function wheelAnswer(filename: string): object | null {
  const wheel = attempt(() => ours.parseWheelFilename(filename));
  if (wheel === null) return null;
  const build = wheel.build === undefined ? [] : [wheel.build.number, wheel.build.suffix];
  return { name: wheel.name, version: wheel.version.text, build, tags: [...new Set(wheel.tags)].sort() };
}

function requirementAnswer(text: string): object | null {
  const found = attempt(() => ours.parseRequirement(text));
  if (found === null) return null;
  const specifiers = found.specifiers.map(({ operator, text: version }) => `${operator}${version}`).sort();
  return { name: found.name, extras: found.extras, specifiers, url: found.url ?? null, marked: found.marker !== undefined };
}

function scriptsAnswer(text: string): readonly (readonly string[])[] | null {
  const found = attempt(() => parseScripts(text, { wheel: 'x-1-py3-none-any.whl', pythonMinor: '3.13' }));
  return found === null ? null : found.map(({ name, module, attribute }) => [name, module, attribute]).sort(byText);
}

function byText(a: readonly string[], b: readonly string[]): number {
  return a.join(' ') < b.join(' ') ? -1 : 1;
}

describe('src/packaging and pypa/packaging agree', () => {
  it('on versions', () => {
    const list = vectors.versions.map(([input, theirs]) => ({ input, theirs, ours: attempt(() => ours.parseVersion(input).text) }));
    expect(unexplained('versions', list)).toEqual([]);
  });

  it('on their order', () => {
    const parsed = vectors.order.map(([text]) => ours.parseVersion(text));
    const list = vectors.order.flatMap(([text, row], i) =>
      row.map((theirs, j) => {
        const [a, b] = [parsed[i], parsed[j]];
        return {
          input: `${text} ${j}`,
          theirs,
          ours: a === undefined || b === undefined ? undefined : Math.sign(ours.compareVersions(a, b)),
        };
      }),
    );
    expect(unexplained('order', list)).toEqual([]);
  });

  it('on specifiers', () => {
    const list = vectors.specifiers.map(([input, theirs]) => ({
      input,
      theirs,
      ours: attempt(() => ours.parseSpecifiers(input)) !== null,
    }));
    expect(unexplained('specifiers', list)).toEqual([]);
  });

  it('on what specifiers allow', () => {
    expect(unexplained('allowed', specifierVectors(vectors.allowed, true))).toEqual([]);
    expect(unexplained('allowed', specifierVectors(vectors.allowedFinal, false))).toEqual([]);
  });

  it('on markers', () => {
    expect(unexplained('markers', markerVectors())).toEqual([]);
  });

  it('on tags', () => {
    expect(unexplained('tags', tagVectors())).toEqual([]);
  });

  it('on wheel file names', () => {
    expect(
      unexplained(
        'wheels',
        vectors.wheels.map(([input, theirs]) => ({ input, theirs, ours: wheelAnswer(input) })),
      ),
    ).toEqual([]);
  });

  it('on requirements', () => {
    const list = vectors.requirements.map(([input, theirs]) => ({ input, theirs, ours: requirementAnswer(input) }));
    expect(unexplained('requirements', list)).toEqual([]);
  });

  it('on scripts among entry points', () => {
    const list = vectors.entryPoints.map(([input, theirs]) => ({ input, theirs, ours: scriptsAnswer(input) }));
    expect(unexplained('entryPoints', list)).toEqual([]);
  });

  it('in at least 150,000 answers, and every row of the table of differences is needed and cites what decides it', () => {
    expect(compared).toBeGreaterThanOrEqual(150_000);
    expect(differences.filter(({ sentence, from }) => sentence === '' || from === '')).toEqual([]);
    expect(differences.length).toBeLessThanOrEqual(30);
    expect(differences.filter((row) => !used.has(row))).toEqual([]);
  });
});
