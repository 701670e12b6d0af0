import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

describe('the process', () => {
  it('ends in silence when nobody reads what it prints', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += chunk;
    });
    const [status] = await once(child, 'close');
    expect({ status, complaint }).toEqual({ status: 0, complaint: '' });
  });
});
