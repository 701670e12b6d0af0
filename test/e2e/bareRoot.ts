import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkout, makeBundle, node } from './wherry.ts';

/** Where things lie in a bare root. */
export const inside = { node: '/usr/bin/node', wherry: '/opt/wherry', project: '/project' } as const;

const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/**
 * Fills an empty directory with all that Wherry needs and nothing else: Node and its libraries, a CA bundle, name resolution, two devices,
 * the bundle as it is published. Needs root, for the devices.
 */
export async function fillBareRoot(root: string): Promise<void> {
  for (const directory of ['dev', 'etc', 'root', 'tmp']) mkdirSync(join(root, directory), { recursive: true });
  copy(node, join(root, inside.node));
  for (const library of librariesOf(node)) copy(library, join(root, library));
  for (const file of ['/etc/resolv.conf', '/etc/hosts', caBundle()]) copy(file, join(root, file));
  execFileSync('mknod', ['-m', '666', join(root, 'dev/null'), 'c', '1', '3']);
  execFileSync('mknod', ['-m', '444', join(root, 'dev/urandom'), 'c', '1', '9']);
  await installWherry(join(root, inside.wherry));
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(realpathSync(from), to);
}

function caBundle(): string {
  for (const file of bundles) {
    try {
      if (readFileSync(file).length > 0) return file;
    } catch {
      // Another distribution.
    }
  }
  throw new Error('this machine has no CA bundle');
}

function librariesOf(program: string): string[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...listed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] as string);
}

/** What `npm install` of the published package would bring: its `files`, and the dependencies that stay outside the bundle. */
async function installWherry(target: string): Promise<void> {
  await makeBundle();
  const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { readonly files: readonly string[] };
  for (const name of ['package.json', ...manifest.files]) cpSync(join(checkout, name), join(target, name), { recursive: true });
  for (const name of ['openpgp', 'pyodide']) {
    const place = join('node_modules', name);
    cpSync(realpathSync(join(checkout, place)), join(target, place), { recursive: true });
  }
}
