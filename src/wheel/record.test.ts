import { describe, expect, it } from 'vitest';
import type { Deflated } from '../deflated.ts';
import { formatRecord, parseRecord, recordHash, verified, verifiedDeflated } from './record.ts';

describe('parseRecord', () => {
  it('reads plain and quoted rows, either line end, padded hashes', () => {
    const text = 'a.py,sha256=AA==,3\r\n"b,""c"".py",sha512=BB,0\n\nd/RECORD,,\n';
    expect(parseRecord(text, 'demo')).toEqual([
      { path: 'a.py', hash: 'sha256=AA', size: 3 },
      { path: 'b,"c".py', hash: 'sha512=BB', size: 0 },
      { path: 'd/RECORD', hash: undefined, size: undefined },
    ]);
  });

  it.each([',sha256=A,1', 'a,md5=A,1', 'a,sha1=A,1', 'a,A,1', 'a,sha256=A,-1', 'a,sha256=A,x'])('refuses %s', (row) => {
    expect(() => parseRecord(row, 'demo')).toThrow(expect.objectContaining({ code: 'WHEEL_RECORD' }));
  });
});

describe('formatRecord', () => {
  it('sorts by bytes, quotes where needed, and can be read back', () => {
    const rows = ['é', 'b', '../x', 'a,"b', 'B'].map((path) => ({ path, hash: 'sha256=A', size: 1 }));
    const text = formatRecord(rows);
    expect(text).toBe('../x,sha256=A,1\nB,sha256=A,1\n"a,""b",sha256=A,1\nb,sha256=A,1\né,sha256=A,1\n');
    expect(parseRecord(text, 'demo')).toHaveLength(5);
  });
});

describe('verified', () => {
  const chunks = [Buffer.from('al'), Buffer.from('pha')];

  it('passes matching bytes on', () => {
    const row = { path: 'a', hash: recordHash('alpha'), size: 5 };
    expect(Buffer.concat([...verified(chunks, row, 'demo')]).toString()).toBe('alpha');
  });

  it('throws at the end of others', () => {
    const row = { path: 'a', hash: recordHash('other'), size: 5 };
    expect(() => [...verified(chunks, row, 'demo')]).toThrow(
      expect.objectContaining({ code: 'WHEEL_RECORD', message: expect.stringContaining('a has another hash') }),
    );
  });
});

describe('verifiedDeflated', () => {
  const end = { lastBlock: 3, end: 40 };
  const deflated: Deflated = {
    size: 2,
    crc32: 1,
    *pieces() {
      yield { kind: 'plain', bytes: Buffer.from('al') };
      yield { kind: 'raw', bytes: Buffer.of(1, 2) };
      yield { kind: 'plain', bytes: Buffer.from('pha') };
      return end;
    },
  };

  it('passes everything on and hashes the file alone', () => {
    const checked = verifiedDeflated(deflated, { path: 'a', hash: recordHash('alpha'), size: 5 }, 'demo');
    expect(checked).toMatchObject({ size: 2, crc32: 1 });
    const pieces = checked.pieces();
    expect([pieces.next(), pieces.next(), pieces.next()].map((step) => !step.done && step.value.kind)).toEqual(['plain', 'raw', 'plain']);
    expect(pieces.next()).toEqual({ done: true, value: end });
  });

  it('throws at the end of others, every time', () => {
    const checked = verifiedDeflated(deflated, { path: 'a', hash: recordHash('other'), size: 5 }, 'demo');
    for (let time = 0; time < 2; time++) {
      expect(() => [...checked.pieces()]).toThrow(expect.objectContaining({ code: 'WHEEL_RECORD' }));
    }
  });
});
