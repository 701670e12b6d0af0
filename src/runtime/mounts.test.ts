import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MountPlan, mountScript } from './mounts.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wherry-mounts-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function script(plan: Partial<MountPlan> = {}): string[] {
  const text = mountScript({ root, mount: '/bin/mount', privileged: true, readOnly: false, writable: [], volumes: [], ...plan });
  return text.replaceAll(root, 'ROOT').split('\n');
}

describe('mountScript', () => {
  it('makes every mount point and stops at the first fault', () => {
    expect(script()[0]).toBe('set -e');
    for (const name of ['proc', 'sys', 'dev']) expect(statSync(join(root, name)).isDirectory()).toBe(true);
    expect(script()).toContain('/bin/mount --bind /dev/null ROOT/dev/null');
    expect(script().filter((line) => line.includes('remount'))).toEqual([]);
  });

  it('makes the root read-only last, after the writable directories in order of path', () => {
    const state = { path: '/app/state', mode: 0o750, uid: 1001, gid: 1001 };
    const nested = { path: '/app/state/deep', mode: 0o700, uid: 1001, gid: 1001 };
    const lines = script({ readOnly: true, writable: [nested, state] });
    const tail = lines.slice(-8, -4);
    expect(tail).toEqual([
      '/bin/mount -t tmpfs -o mode=0750,uid=1001,gid=1001,nosuid,nodev tmpfs ROOT/app/state',
      '/bin/mount -t tmpfs -o mode=0700,uid=1001,gid=1001,nosuid,nodev tmpfs ROOT/app/state/deep',
      '/bin/mount -t tmpfs -o mode=1777,uid=0,gid=0,nosuid,nodev tmpfs ROOT/tmp',
      '/bin/mount -o remount,bind,ro ROOT',
    ]);
  });

  it('ends what runs in the image when its input ends without a word, and nothing else', () => {
    const [last = ''] = script().slice(-2);
    // Nothing may really end: kill only says so, and the first pause ends the look.
    const look = (image: string, input: string) => {
      const line = `kill() { echo "killed $2"; }; sleep() { exit 3; }; echo $$; ${last.replaceAll('ROOT', image)}; echo told`;
      const { stdout } = spawnSync('sh', ['-c', line], { input, encoding: 'utf8' });
      const [own = '', ...said] = stdout.trimEnd().split('\n');
      return { own, said };
    };
    expect(look(root, 'end\n').said).toEqual(['told']);
    expect(look(root, '').said).toEqual([]);
    const { own, said } = look('/', '');
    expect(said).toContain(`killed ${own}`);
  });

  it('leaves owners out for ordinary users', () => {
    const lines = script({ readOnly: true, privileged: false });
    expect(lines).toContain('/bin/mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs ROOT/tmp');
    expect(lines).toContain('/bin/mount --rbind /sys ROOT/sys');
  });

  it('binds volumes where the image means, and quotes their paths', () => {
    mkdirSync(join(root, 'real'));
    symlinkSync('/real', join(root, 'link'));
    const file = join(root, "it's");
    writeFileSync(file, '');
    const lines = script({
      readOnly: true,
      volumes: [
        { source: '/data', target: '/link/data', readOnly: true },
        { source: file, target: '/etc/one', readOnly: false },
      ],
    });
    expect(lines).toContain('/bin/mount --bind /data ROOT/real/data');
    expect(lines).toContain('/bin/mount -o remount,bind,ro ROOT/real/data');
    expect(lines).toContain("/bin/mount --bind 'ROOT/it'\\''s' ROOT/etc/one");
  });

  it('lets a volume take the place of a writable directory', () => {
    const lines = script({ readOnly: true, volumes: [{ source: '/data', target: '/tmp', readOnly: false }] });
    expect(lines.filter((line) => line.endsWith('ROOT/tmp'))).toEqual(['/bin/mount --bind /data ROOT/tmp']);
  });
});
