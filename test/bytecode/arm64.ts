import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { debianRoot } from '../debianRoot.ts';

const checkout = join(import.meta.dirname, '../..');

/**
 * The command that runs this release of Node for arm64 by qemu; its libraries are Debian's, unpacked into `work`.
 * Needs scripts/setup-arm64, mmdebstrap and a Debian mirror.
 */
export async function arm64Node(work: string): Promise<string[]> {
  execFileSync(join(checkout, 'scripts/setup-arm64'), { stdio: 'inherit' });
  const tar = await debianRoot({ suite: 'bookworm', packages: ['libc6', 'libstdc++6'], unpackedFor: 'arm64' });
  const root = join(work, 'arm64');
  mkdirSync(root, { recursive: true });
  execFileSync('tar', ['--extract', '--file', tar, '--directory', root]);
  return ['qemu-aarch64-static', '-L', root, join(checkout, '.cache/arm64', process.version, 'node')];
}
