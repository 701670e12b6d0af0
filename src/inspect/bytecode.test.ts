import { describe, expect, it } from 'vitest';
import { type Blobs, memoryBlobs, type SampleEntry, sampleLayer, samplePlan } from '../../test/sampleImage.ts';
import { assembleImage } from '../image/index.ts';
import { imageCheck } from './index.ts';
import { SourceHash } from './source-hash.ts';

const magics = { '311': 168_627_623, '313': 168_627_699 };
const site = 'app/.venv/lib/python3.13/site-packages';

/** A `.pyc` of an image's Python 3.13 with some flags (PEP 552), and no code. */
function pyc(source: string, flags: number, magic = magics['313']): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt32LE(magic, 0);
  header.writeUInt32LE(flags, 4);
  const hash = new SourceHash(magic);
  hash.update(Buffer.from(source));
  header.write(hash.digest(), 8, 'hex');
  return header;
}

async function faults(...layers: readonly (readonly SampleEntry[])[]): Promise<string[]> {
  const blobs: Blobs = new Map();
  const made = [];
  for (const entries of layers) made.push(await sampleLayer(blobs, entries));
  const findings = await imageCheck(assembleImage({ plan: samplePlan, layers: made, blobs: memoryBlobs(blobs) }));
  return findings.filter(({ rule }) => rule === 'bytecode').map(({ message }) => message);
}

const source = { name: `${site}/a.py`, text: 'x = 1\n' };
const cached = (text: Uint8Array, name = 'a.cpython-313.pyc') => ({ name: `${site}/__pycache__/${name}`, text });
const place = `/${site}/__pycache__/a.cpython-313.pyc`;

describe('the check of bytecode', () => {
  it.each([
    ['unchecked', pyc(source.text, 1)],
    ['checked', pyc(source.text, 3)],
    ['checked and stale', pyc('x = 2\n', 3)],
    ['by time', pyc('', 0)],
    ['for another Python, which never reads it', pyc('', 1, magics['311'])],
  ])('has nothing against bytecode that is %s', async (_name, text) => {
    expect(await faults([source, cached(text)])).toEqual([]);
    expect(await faults([cached(text), source])).toEqual([]);
  });

  it.each([
    ['of another source that nobody compares', cached(pyc('x = 2\n', 1)), `${place} is bytecode of another a.py`],
    [
      'without its source',
      cached(pyc('', 1), 'b.cpython-313.pyc'),
      `/${site}/__pycache__/b.cpython-313.pyc is bytecode of b.py, which is not there`,
    ],
    ['that is cut off', cached(pyc('', 1).subarray(0, 15)), `${place} is no bytecode`],
    ['that is something else', cached(Buffer.alloc(64)), `${place} is no bytecode`],
  ])('finds bytecode %s', async (_name, entry, message) => {
    expect(await faults([source, entry])).toEqual([message]);
  });

  it('knows the Python of application files from the environment', async () => {
    const files = (of: string) => [
      { name: 'app/main.py', text: 'y = 1\n' },
      { name: 'app/__pycache__/main.cpython-313.pyc', text: pyc(of, 1) },
    ];
    expect(await faults([source], files('y = 1\n'))).toEqual([]);
    expect(await faults([source], files('y = 2\n'))).toEqual(['/app/__pycache__/main.cpython-313.pyc is bytecode of another main.py']);
  });

  it('reads optimised bytecode too, and leaves what lies elsewhere alone', async () => {
    expect(await faults([source, cached(pyc('', 1), 'a.cpython-313.opt-2.pyc')])).toHaveLength(1);
    expect(await faults([{ name: `${site}/legacy.pyc`, text: pyc('', 1) }])).toEqual([]);
  });

  it('compares with the source that is in the final file system', async () => {
    expect(await faults([source, cached(pyc(source.text, 1))], [{ ...source, text: 'x = 3\n' }])).toEqual([
      `${place} is bytecode of another a.py`,
    ]);
  });
});
