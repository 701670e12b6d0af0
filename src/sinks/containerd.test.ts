import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holds } from '../../test/fakeEngine.ts';
import { sampleImage } from '../../test/sampleImage.ts';
import type { WherryEvent } from '../events.ts';
import type { Image } from '../image/index.ts';
import { hostPlatform, platformName } from '../platform.ts';
import { containerdSink } from './index.ts';

const full = 'docker.io/library/site:1';
const signal = new AbortController().signal;
let directory: string;
let image: Image;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-containerd-'));
  image = await sampleImage({ platform: hostPlatform });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A `ctr` that writes down how it is called; `import` and `check` are shell commands. */
async function ctr(commands: { readonly import?: string; readonly check?: string; readonly content?: string }): Promise<void> {
  const check = `printf 'REF TYPE DIGEST STATUS SIZE UNPACKED\\n%s type ${image.descriptor.digest} %s true\\n' "\${3#name==}" "\${STATE:-complete (4/4)}"`;
  const lines = [
    '#!/bin/sh',
    'if [ "$3" = --help ]; then echo "--local"; exit 0; fi',
    `echo "$@" >> ${directory}/calls`,
    'case "$1 $2" in',
    `  "content ls") ${commands.content ?? 'true'} ;;`,
    `  "images import") n=$(ls ${directory} | grep -c tar); cat > ${directory}/$n.tar; ${commands.import ?? 'true'} ;;`,
    `  "images check") ${commands.check ?? check} ;;`,
    'esac',
  ];
  await writeFile(join(directory, 'ctr'), lines.join('\n'), { mode: 0o755 });
}

const events: WherryEvent[] = [];
const put = () =>
  containerdSink({ env: { PATH: `${directory}:/usr/bin:/bin` }, emit: (event) => events.push(event) }).put(image, {
    references: ['site:1'],
    signal,
  });
const calls = async () => (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n');
const archive = async (number: number) => holds(await readFile(join(directory, `${number}.tar`)), image.layers[0]?.digest ?? '');

describe('containerdSink', () => {
  it('imports for the platform, checks, names, checks again, and removes its own name', async () => {
    await ctr({});
    expect((await put()).location).toBe(`containerd:${full}`);
    const own = `wherry-import@${image.descriptor.digest}`;
    expect(await calls()).toEqual([
      'content ls --quiet',
      `images import --local --platform ${platformName(hostPlatform)} --digests --base-name wherry-import -`,
      `images check name==${own}`,
      `images tag --force ${own} ${full}`,
      `images check name==${full}`,
      `images rm ${own}`,
    ]);
    expect(await archive(0)).toBe(true);
  });

  it('leaves out blobs that the namespace has', async () => {
    await ctr({ content: `echo ${image.layers[0]?.digest}; echo sha512:00` });
    await put();
    expect(await archive(0)).toBe(false);
  });

  it('sends all if the import fails without them', async () => {
    events.length = 0;
    await ctr({
      content: `echo ${image.layers[0]?.digest}`,
      import: '[ $n = 1 ] || { echo "ctr: content digest: not found" >&2; exit 1; }',
    });
    await put();
    expect([await archive(0), await archive(1)]).toEqual([false, true]);
    expect(events).toMatchObject([{ type: 'note' }]);
  });

  it.each([
    ['fails', { import: 'echo "ctr: no space left" >&2; exit 1' }],
    ['ends well, but leaves the image incomplete', { check: `echo "\${3#name==} type ${'x'} incomplete (2/4) 1/2 false"` }],
    ['ends well, but brings nothing', { check: 'echo REF TYPE DIGEST' }],
  ])('gives no name if the import %s', async (_name, commands) => {
    await ctr(commands);
    await expect(put()).rejects.toMatchObject({ code: 'DAEMON_REFUSED' });
    expect((await calls()).filter((call) => call.startsWith('images tag'))).toEqual([]);
    expect((await calls()).at(-1)).toMatch(/^images rm wherry-import@/);
  });

  it.each([
    ['cannot access socket /run/c.sock: stat /run/c.sock: no such file or directory'],
    ['failed to dial "/run/c.sock": context deadline exceeded'],
  ])('tells a daemon that is not there from one that refuses: %s', async (words) => {
    await ctr({ content: `echo 'ctr: ${words}' >&2; exit 1` });
    await expect(put()).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE', details: [expect.stringContaining(words)] });
  });

  it('says that ctr is not installed', async () => {
    const sink = containerdSink({ env: { PATH: directory } });
    await expect(sink.put(image, { references: [], signal })).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' });
  });
});
