import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/digest.ts';
import { GzipWriter } from '../../src/gzip/index.ts';
import { normalizeName } from '../../src/packaging/index.ts';
import type { WheelsRecipe } from '../../src/plan/recipe.ts';
import { type LayerEntry, tarBytes, writeLayer } from '../../src/tar/index.ts';
import { contentOf, tarParts } from '../../src/tar/write.ts';
import { installWheels } from '../../src/wheel/index.ts';
import { downloadWheels } from './wheels.ts';

const python = join(import.meta.dirname, '../../.cache/venv/bin/python');

/** What a layer holds, by our own tar without any compression. */
interface Reference {
  readonly tar: string;
  readonly size: number;
  readonly count: number;
  readonly members: string;
}

interface Sample {
  readonly path: string;
  readonly reference: Reference;
  readonly spliced: number;
}

/**
 * Layers of real wheels (wheels.txt), once as the product writes them and once with every deflated file spliced, however small: what Go's
 * compress/gzip and the stream mode of Python's tarfile read is byte for byte the tar that we write without splicing.
 */
describe('layers with spliced files, read by others', () => {
  let directory = '';
  const samples: Sample[] = [];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'wherry-splice-'));
    for (const wheel of downloadWheels('wheels.txt')) {
      const entries = entriesOf(wheel);
      const reference = referenceOf(entries);
      const name = `${samples.length}`;
      const some = toFile(join(directory, `${name}-some.gz`), (write) => writeLayer(entries, { write }).parts.spliced.files);
      const all = toFile(join(directory, `${name}-all.gz`), (write) => spliceAll(entries, write));
      samples.push({ ...some, reference }, { ...all, reference });
    }
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('holds enough of them', () => {
    const [some, all] = [0, 1].map((kind) => samples.filter((_, i) => i % 2 === kind).reduce((sum, { spliced }) => sum + spliced, 0));
    expect(some).toBeGreaterThan(300);
    expect(all).toBeGreaterThan(5000);
  });

  it('gives Go the same tar', () => {
    const env = { ...process.env, GO111MODULE: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' };
    const program = join(import.meta.dirname, 'gunzip.go');
    const output = execFileSync('go', ['run', program, ...samples.map(({ path }) => path)], { env }).toString();
    expect(output.trim().split('\n')).toEqual(samples.map(({ reference: { tar, size } }) => `${tar} ${size}`));
  });

  it('gives Python the same tar and the same members', () => {
    const program = join(import.meta.dirname, 'read_layer.py');
    const output = execFileSync(python, [program, ...samples.map(({ path }) => path)]).toString();
    const seen = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(seen).toEqual(samples.map(({ reference: { tar, count, members } }) => ({ tar, count, members })));
  });
});

function entriesOf(wheel: string): readonly LayerEntry[] {
  const [name = '', version = ''] = (wheel.split('/').at(-1) as string).split('-');
  const item = { name: normalizeName(name), version, sha256: digestOf(readFileSync(wheel)) };
  const recipe: WheelsRecipe = { kind: 'wheels', format: 2, venv: '/app/.venv', pythonMinor: '3.13', bytecode: 'none', wheels: [item] };
  return [...installWheels(recipe, () => wheel).entries];
}

/** From the files' plain bytes alone. */
function referenceOf(entries: readonly LayerEntry[]): Reference {
  const tar = createHash('sha256');
  const members = createHash('sha256');
  let size = 0;
  for (const bytes of tarBytes(entries)) {
    tar.update(bytes);
    size += bytes.length;
  }
  const types = { file: '0', symlink: '2', directory: '5' } as const;
  for (const entry of entries) {
    const content = createHash('sha256');
    if (entry.type === 'file') for (const bytes of entry.content()) content.update(bytes);
    const target = entry.type === 'symlink' ? entry.target : '';
    const row = [entry.path, types[entry.type], `0o${entry.mode.toString(8)}`, target, entry.mtime, content.digest('hex')];
    members.update(`${JSON.stringify(row)}\n`);
  }
  return { tar: tar.digest('hex'), size, count: entries.length, members: members.digest('hex') };
}

/** Every file that comes deflated, without a lower limit. */
function spliceAll(entries: readonly LayerEntry[], write: (chunk: Uint8Array) => void): number {
  const gzip = new GzipWriter(write);
  let spliced = 0;
  for (const part of tarParts(entries)) {
    if (part instanceof Uint8Array) gzip.plain(part);
    else if (part.deflated === undefined) for (const chunk of contentOf(part)) gzip.plain(chunk);
    else {
      gzip.splice(part.deflated, () => undefined);
      spliced += 1;
    }
  }
  gzip.end();
  return spliced;
}

function toFile(path: string, make: (write: (chunk: Uint8Array) => void) => number): { readonly path: string; readonly spliced: number } {
  const file = openSync(path, 'w');
  try {
    const spliced = make((chunk) => {
      for (let done = 0; done < chunk.length; ) done += writeSync(file, chunk, done);
    });
    return { path, spliced };
  } finally {
    closeSync(file);
  }
}
