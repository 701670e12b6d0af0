import { zstdCompressSync } from 'node:zlib';
import { type BadArchive, badArchives } from '../../bad-archives.ts';
import { buildWheel, buildZip, type EntrySpec, extraField, le, type WheelSpec } from '../../zip-builder.ts';
import { alpha, beta, lockText, noise, wheelPath } from './project.ts';
import type { Arrange, Row } from './row.ts';

/** The index has these bytes as alpha 1.0, and the lock promises them. */
function served(make: () => Buffer): Arrange {
  return (lab) => {
    const wheel = { ...alpha, bytes: make() };
    lab.index.put(wheelPath(wheel), wheel.bytes);
    lab.edit('uv.lock', () => lockText(lab.index.origin, [wheel, beta]));
  };
}

/** Entries of a whole wheel behind those that are at fault, so that nothing else is wrong with it. */
function complete(entries: readonly EntrySpec[]): readonly EntrySpec[] {
  const info = 'alpha-1.0.dist-info';
  const names = entries.map(({ name }) => Buffer.from(name as string).toString('latin1')).filter((name) => !name.endsWith('/'));
  const rows = [...names, `${info}/METADATA`, `${info}/WHEEL`].map((name) => `${JSON.stringify(name)},sha256=${'A'.repeat(43)},`);
  return [
    ...entries,
    { name: `${info}/METADATA`, data: 'Metadata-Version: 2.1\nName: alpha\nVersion: 1.0\n' },
    { name: `${info}/WHEEL`, data: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n' },
    { name: `${info}/RECORD`, data: `${rows.join('\n')}\n${info}/RECORD,,\n` },
  ];
}

const huge = 17 * 1024 ** 3;
const sizes = (size: number): EntrySpec => {
  const extra = extraField(1, le([8, size], [8, 3]));
  return { name: 'big', data: 'abc', method: 0, both: { size: 0xffffffff, compressedSize: 0xffffffff, extra } };
};

/** Rules for which the shared archive needs lowered caps, or breaks another rule when it is a whole wheel. */
const ownArchives: Readonly<Record<string, () => Buffer>> = {
  'central-too-large': () => {
    const size = 64 * 1024 * 1024 + 1;
    const whole = buildZip(complete([]));
    return buildZip(complete([]), {
      beforeEnd: Buffer.alloc(size),
      end: { offset: whole.lastIndexOf('PK\x05\x06', undefined, 'latin1'), size },
    });
  },
  'local-header-missing': () => buildZip([...complete([]), { name: 'ghost', data: 'x', ghost: true }]),
  ratio: () => buildZip(complete([{ name: 'big', data: 'abc', both: { size: 900_000_000 } }])),
  'too-large': () => buildZip(complete([sizes(huge)])),
  'too-many-entries': () => buildZip(complete([]), { zip64: { count: 200_001n } }),
  'zstd-too-large': () => {
    const data = Buffer.alloc(257 * 1024 * 1024);
    return buildZip(
      complete([
        { name: 'ballast', data: noise(1_500_000, 'ballast'), method: 0 },
        { name: 'z', data, method: 93, raw: zstdCompressSync(data) },
      ]),
    );
  },
};

const refused = { code: 'ARCHIVE_UNSAFE', status: 1, hint: /another version/ } as const;

function firstOfEachRule(): BadArchive[] {
  return [
    ...new Map(
      badArchives(complete)
        .toReversed()
        .map((archive) => [archive[0], archive]),
    ).values(),
  ].toReversed();
}

/** One archive for every rule of the refuse list. */
export const zipRows: readonly Row[] = firstOfEachRule().map(([rule, what, bytes]) => ({
  ...refused,
  name: `${rule}: ${ownArchives[rule] === undefined ? what : 'a whole wheel'}`,
  shows: new RegExp(`alpha.* ${rule}\\n`),
  arrange: served(ownArchives[rule] ?? (() => bytes)),
}));

const wheel = (spec: WheelSpec): Arrange => served(() => buildWheel({ name: 'alpha', ...spec }));
const entryPoint = (line: string): WheelSpec => ({ distInfo: { 'entry_points.txt': `[console_scripts]\n${line}\n` } });

function rule(name: string, spec: WheelSpec): Row {
  return { ...refused, name, shows: new RegExp(`alpha.* ${name}\\n`), arrange: wheel(spec) };
}

const record = { code: 'WHEEL_RECORD', status: 1, hint: /another version/, shows: /alpha/ } as const;

/** Wheels whose archive is sound. */
export const wheelRows: readonly Row[] = [
  rule('dist-info-count', { files: { 'other-1.0.dist-info/METADATA': 'Name: other\n' } }),
  rule('entry-point-outside', entryPoint('../x = alpha:main')),
  { ...rule('metadata-mismatch', {}), arrange: served(() => buildWheel({ name: 'evil' })) },
  rule('record-outside', { record: (rows) => [...rows, '../x,sha256=a,1'] }),
  rule('reserved-name', entryPoint('python3 = alpha:main')),
  rule('whiteout-name', { files: { 'alpha/.wh.app': 'x' } }),
  {
    name: 'a later wheel format',
    code: 'WHEEL_INVALID',
    status: 1,
    hint: /another version/,
    shows: /Wheel-Version is 2\.0/,
    arrange: wheel({ distInfo: { WHEEL: 'Wheel-Version: 2.0\n' } }),
  },
  { ...record, name: 'a file that RECORD does not list', arrange: wheel({ files: { 'alpha.py': 'x' }, record: (rows) => rows.slice(1) }) },
  {
    ...record,
    name: 'a file with another hash than in RECORD',
    arrange: wheel({
      files: { 'alpha.py': 'x' },
      record: (rows) => rows.map((row) => row.replace(/^alpha\.py,sha256=./, 'alpha.py,sha256=A')),
    }),
  },
  {
    name: 'two wheels with one path',
    code: 'WHEEL_COLLISION',
    status: 1,
    hint: /./,
    shows: /(?:alpha|beta) 1\.0 and (?:alpha|beta) 1\.0 .*beta\.py/,
    arrange: wheel({ files: { 'beta.py': 'other' } }),
  },
];
