import { describe, expect, it } from 'vitest';
import { readTar, readTarBytes } from './index.ts';

interface Raw {
  readonly name: string;
  readonly flag?: string;
  readonly size?: string | Buffer;
  readonly magic?: string;
  readonly prefix?: string;
  readonly target?: string;
  readonly uid?: Buffer;
}

/** A header block as other programs write it, with the data that follows. */
function raw({ name, flag = '0', size, magic = 'ustar\x0000', prefix = '', target = '', uid }: Raw, data = ''): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write('0000644\x000000000\x000000000\0', 100, 'latin1');
  uid?.copy(block, 108);
  block.write(typeof size === 'string' ? size : Buffer.byteLength(data).toString(8).padStart(11, '0'), 124, 'latin1');
  if (size instanceof Buffer) size.copy(block, 124);
  block.write('00000000017 ', 136, 'latin1');
  block.write(`        ${flag}`, 148, 'latin1');
  block.write(target, 157);
  block.write(magic, 257, 'latin1');
  block.write(prefix, 345);
  const sum = block.reduce((a, b) => a + b, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const body = Buffer.from(data);
  return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

const end = Buffer.alloc(1024);
const read = (...parts: Buffer[]) => [...readTarBytes(Buffer.concat([...parts, end]))];
const pax = (text: string) => raw({ name: 'PaxHeaders/x', flag: 'x' }, text);
const record = (key: string, value: string) => {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  const length = rest + (rest + 2 > 99 ? 3 : 2);
  return `${length} ${key}=${value}\n`;
};

describe('reading other programs', () => {
  it('understands GNU long names and link targets', () => {
    const long = `deep/${'n'.repeat(300)}`;
    const target = `to/${'t'.repeat(200)}`;
    const [entry, next] = read(
      raw({ name: '././@LongLink', flag: 'L', magic: 'ustar  \0' }, `${long}\0`),
      raw({ name: '././@LongLink', flag: 'K', magic: 'ustar  \0' }, `${target}\0`),
      raw({ name: 'short', flag: '2', magic: 'ustar  \0', target: 'cut' }),
      raw({ name: 'next' }),
    );
    expect(entry).toMatchObject({ path: long, type: 'symlink', linkname: target });
    expect(next?.path).toBe('next');
  });

  it('understands pax records, whose values win', () => {
    const [entry] = read(
      pax(record('path', 'ünï') + record('mtime', '123.75') + record('uid', '3000000') + record('size', '3')),
      raw({ name: 'x', size: '00000000003' }, 'abc'),
    );
    expect(entry).toMatchObject({ path: 'ünï', mtime: 123, uid: 3_000_000, size: 3 });
  });

  it('understands ustar prefixes, base-256 numbers, old directories and hard links', () => {
    const uid = Buffer.from([0x80, 0, 0, 0, 0, 0x2d, 0xc6, 0xc0]);
    const entries = read(
      raw({ name: 'name', prefix: 'pre/fix', uid }),
      raw({ name: './old/', flag: '\0', magic: '' }),
      raw({ name: 'hard', flag: '1', target: './pre/fix/name' }),
      raw({ name: './', flag: '5' }),
    );
    expect(entries).toMatchObject([
      { path: 'pre/fix/name', uid: 3_000_000, mode: 0o644, mtime: 15 },
      { path: 'old', type: 'directory' },
      { type: 'hardlink', linkname: 'pre/fix/name', size: 0 },
      { path: '', type: 'directory' },
    ]);
  });

  it('leaves global pax headers out and takes an archive without end blocks', () => {
    const bytes = Buffer.concat([raw({ name: 'g', flag: 'g' }, record('comment', 'abc')), raw({ name: 'a' }, 'data')]);
    expect([...readTarBytes(bytes)].map((entry) => [entry.path, Buffer.from(entry.data).toString()])).toEqual([['a', 'data']]);
  });
});

describe('refusals', () => {
  const rows: [string, Buffer, string][] = [
    ['a GNU sparse file', raw({ name: 'a', flag: 'S' }), 'sparse'],
    ['a pax sparse file', Buffer.concat([pax(record('GNU.sparse.major', '1')), raw({ name: 'a' })]), 'sparse'],
    ['an unknown type', raw({ name: 'a', flag: 'Z' }), 'unknown type'],
    ['a path that leaves', raw({ name: 'a/../../b' }), 'leaves'],
    ['a hard link that leaves', raw({ name: 'a', flag: '1', target: '../b' }), 'leaves'],
    ['a wrong checksum', Buffer.concat([raw({ name: 'a' }).fill('b', 0, 1)]), 'checksum'],
    ['a size that is no number', raw({ name: 'a', size: 'zzzzzzzzzzz' }), 'number'],
    ['a negative size', raw({ name: 'a', size: Buffer.alloc(12, 0xff) }), 'number'],
    ['a huge size', raw({ name: 'a', size: Buffer.from([0x80, ...Buffer.alloc(11, 0xff)]) }), 'number'],
    ['a huge extension', raw({ name: 'a', flag: 'x', size: '00007777777' }), '1 MiB'],
    ['a broken pax record', Buffer.concat([pax('99 path=a\n'), raw({ name: 'a' })]), 'pax record'],
    ['a pax record without end', Buffer.concat([pax('9 path=ab'), raw({ name: 'a' })]), 'pax record'],
    ['a negative pax size', Buffer.concat([pax(record('size', '-1234567')), raw({ name: 'a' })]), 'size'],
    ['content that is cut off', raw({ name: 'a', size: '00000010000' }, 'short'), 'middle'],
  ];

  it.each(rows)('%s', async (_name, bytes, reason) => {
    const expected = expect.objectContaining({ code: 'TAR_DAMAGED', message: expect.stringContaining(reason) });
    expect(() => [...readTarBytes(bytes)]).toThrow(expected);
    const drain = async () => {
      for await (const _entry of readTar(one(bytes)));
    };
    await expect(drain()).rejects.toEqual(expected);
  });
});

it('closes the source when the reader stops early', async () => {
  let closed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield raw({ name: 'a' }, 'x');
    } finally {
      closed = true;
    }
  }
  for await (const { header } of readTar(source())) if (header.path === 'a') break;
  expect(closed).toBe(true);
});

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
