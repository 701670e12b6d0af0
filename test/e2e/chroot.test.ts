import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDebianMirrors } from '../../src/debian/index.ts';
import { fillBareRoot, inside } from './bareRoot.ts';
import { sharedStore } from './sampleProject.ts';
import { checkout, digestIn, filesBelow, type Outcome, type Running, start, succeed, wherry } from './wherry.ts';

const example = join(checkout, 'examples/django-site');
/** Elsewhere than in CI the test needs a user who may make devices. */
const possible = process.getuid?.() === 0 || Boolean(process.env.CI);

describe.skipIf(!possible)('a machine with Node and nothing else', () => {
  let root = '';
  let built: Outcome;

  beforeAll(async () => {
    execFileSync(join(checkout, 'scripts/setup-examples'), { stdio: 'pipe' });
    root = mkdtempSync(join(tmpdir(), 'wherry-bare-'));
    await fillBareRoot(root);
    copyProject(join(root, inside.project));
    built = await buildInside(root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('has no tool that an installer or a builder could be', () => {
    const tools = /^(?:python[\d.]*|uv|uvx|pip[\d.]*|git|docker|podman|buildah|skopeo|tar|sh|bash|dash|busybox|gzip|xz|curl|wget|ld|cc)$/;
    const names = filesBelow(root).filter((file) => !file.startsWith(join(root, inside.wherry)));
    expect(names.map((file) => basename(file)).filter((name) => tools.test(name))).toEqual([]);
    expect(names.map((file) => basename(file))).toContain('node');
  });

  it('builds a real site into a layout', () => {
    expect(built.err).not.toMatch(/error\[|warning/);
    expect(built.status).toBe(0);
    expect(filesBelow(join(root, 'out')).map((file) => basename(file))).toContain('oci-layout');
    expect(built.err).toMatch(/ 0 reused/);
  });

  it('makes the same image as the checkout', async () => {
    const work = mkdtempSync(join(tmpdir(), 'wherry-checkout-'));
    try {
      const project = join(work, 'project');
      copyProject(project);
      // The packages that were current a minute ago, even if the mirror changes just now.
      cpSync(join(root, inside.project, 'wherry.lock'), join(project, 'wherry.lock'));
      const env = { HOME: work, WHERRY_CACHE_DIR: sharedStore };
      const { status, out, err } = await wherry(['build', project, '--locked', '--oci', join(work, 'out')], { env });
      expect(status, err).toBe(0);
      expect(digestIn(out)).toBe(digestIn(built.out));
      const index = (directory: string): string => readFileSync(join(directory, 'index.json'), 'utf8');
      expect(index(join(work, 'out'))).toBe(index(join(root, 'out')));
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });

  it('says what to set where no Debian mirror is known', async () => {
    const { status, err } = await startInside(root, ['lock', '--update', inside.project]).ended;
    expect({ status, err }).toMatchObject({
      status: 2,
      err: expect.stringMatching(/error\[DEB_NO_MIRROR\][\s\S]*hint: .*WHERRY_DEBIAN_MIRROR/),
    });
  });

  it('checks the image there too', async () => {
    await succeed(startInside(root, ['inspect', '--check', 'oci:/out']));
  });
});

/** The example without what an earlier build may have left in it. */
function copyProject(target: string): void {
  const skipped = new Set(['wherry.lock', '.venv', '__pycache__']);
  cpSync(example, target, { recursive: true, filter: (source) => !skipped.has(basename(source)) });
}

async function buildInside(root: string): Promise<Outcome> {
  const { debian } = await findDebianMirrors({ config: {}, env: process.env });
  return await startInside(root, ['build', inside.project, '--oci', '/out'], { WHERRY_DEBIAN_MIRROR: debian }).ended;
}

function startInside(root: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const chroot = ['/usr/sbin/chroot', '/usr/bin/chroot'].find((file) => existsSync(file)) ?? 'chroot';
  const command = [chroot, root, inside.node, `${inside.wherry}/dist/cli/main.js`, ...args];
  return start(command, {
    env: {
      HOME: '/root',
      PATH: '/usr/bin',
      WHERRY_DEBIAN_MIRROR: undefined,
      SSL_CERT_FILE: undefined,
      SSL_CERT_DIR: undefined,
      NODE_EXTRA_CA_CERTS: undefined,
      ...env,
    },
  });
}
