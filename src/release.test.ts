import { describe, expect, it } from 'vitest';
import { release, releaseWhole } from './release.ts';

describe('release', () => {
  it('empties every view of the buffer, and does no harm twice', () => {
    const bytes = new Uint8Array(1000);
    const view = new Uint8Array(bytes.buffer, 64);
    release(view);
    expect([bytes.length, view.length, bytes.buffer.detached]).toEqual([0, 0, true]);
    release(view);
    releaseWhole(bytes);
  });

  it("leaves Node's pool alone", () => {
    const pooled = Buffer.from('short');
    release(pooled);
    expect(pooled.toString()).toBe('short');
  });
});

describe('releaseWhole', () => {
  it('takes a buffer of which nobody else has a part', () => {
    const bytes = Buffer.allocUnsafeSlow(100_000);
    releaseWhole(bytes);
    expect(bytes.length).toBe(0);
  });

  it('leaves buffers alone that hold more', () => {
    const [pooled, part] = [Buffer.from('short'), new Uint8Array(100).subarray(1)];
    releaseWhole(pooled);
    releaseWhole(part);
    expect([pooled.toString(), part.length]).toEqual(['short', 99]);
  });
});
