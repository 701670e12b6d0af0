import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../context.ts';
import type { ErrorCode } from '../errors/index.ts';
import { privateFolder } from '../store/index.ts';
import { openZip } from '../zip/index.ts';
import { buildWheel, getRequiresForBuildWheel, prepareMetadata } from './build.ts';
import { backendContext, ownBackend } from './fixture.ts';
import type { BuildJob } from './types.ts';

let ctx: Context;
let remove: () => Promise<void>;
const scratch = mkdtempSync(join(tmpdir(), 'wherry-backend-'));

beforeAll(async () => {
  ({ remove, ...ctx } = await backendContext());
});
afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await remove();
});

/** The file of the wheel that a backend of the tests writes its answer to. */
function answerOf(bytes: Uint8Array): unknown {
  const path = join(scratch, 'built.whl');
  writeFileSync(path, bytes);
  const zip = openZip(path);
  const entry = zip.entries.find((each) => each.path === 'answer.txt');
  return entry === undefined ? undefined : JSON.parse(Buffer.from(zip.readAll(entry)).toString());
}

const refusal = (job: BuildJob) =>
  buildWheel(job, ctx).then(
    () => undefined,
    (error: { readonly code: ErrorCode; readonly message: string }) => error,
  );

/** All that a host, a moment or a start could leave in a wheel. */
const surroundings = `
import json, locale, platform, random, socket, sys, sysconfig, tempfile, time, uuid
os.mkdir('made')
open('made/file', 'w').close()
modes = [oct(os.stat(path).st_mode) for path in ('run.sh', 'data/a.txt', 'made', 'made/file')]
with tempfile.TemporaryDirectory() as name: pass
return json.dumps({
    'path': os.getcwd(), 'list': os.listdir('data'), 'modes': modes, 'environ': dict(os.environ), 'argv': sys.argv,
    'time': int(time.time()), 'local': list(time.localtime()), 'mtime': int(os.stat('made/file').st_mtime), 'temporary': name,
    'chance': [random.random(), str(uuid.uuid4()), os.urandom(8).hex()], 'executable': sys.executable, 'platform': sys.platform,
    'system': [platform.system(), platform.machine(), sysconfig.get_platform()], 'ids': [os.getuid(), os.getpid()], 'sys': sys.path,
})`;

// Each build starts an interpreter, which takes long where the machine is busy.
describe('buildWheel', { timeout: 120_000 }, () => {
  it('gives the same bytes whatever the start, the hash seed, the time zone and the environment', async () => {
    const job = ownBackend(surroundings);
    const first = await buildWheel(job, ctx);
    const folder = await privateFolder(ctx.store.directory, 'snapshots');
    const memories = () => readdirSync(folder).map((name) => [name, statSync(join(folder, name)).ino]);
    const kept = memories();
    expect(kept).toHaveLength(1);
    expect(first.name).toBe('demo-1.0-py3-none-any.whl');
    expect(answerOf(first.bytes)).toMatchObject({
      path: '/build/source',
      list: ['-', 'a.txt', 'b.txt'],
      modes: ['0o100755', '0o100644', '0o40755', '0o100644'],
      time: 946_684_800,
      local: [2000, 1, 1, 0, 0, 0, 5, 1, 0],
      platform: 'linux',
      system: ['Linux', 'x86_64', 'linux-x86_64'],
      argv: [''],
      environ: { SOURCE_DATE_EPOCH: '946684800', PATH: '/usr/local/bin:/usr/bin:/bin' },
    });
    const { TZ } = process.env;
    process.env.TZ = 'Asia/Tokyo';
    process.env.LANG = 'tr_TR.UTF-8';
    try {
      const stored = await buildWheel(job, ctx);
      // A memory that does not start is made anew, and nobody would see it.
      expect(memories()).toEqual(kept);
      const seeded = await buildWheel({ ...job, files: job.files.toReversed() }, ctx, { seed: '7' });
      for (const other of [stored, seeded]) expect(Buffer.compare(other.bytes, first.bytes)).toBe(0);
    } finally {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    }
  });

  it('reports what the backend printed, without control characters', async () => {
    const { log, git } = await buildWheel(ownBackend(`print('one\\x1b[2J')\nimport sys\nprint('two', file=sys.stderr)\nreturn 0`), ctx);
    expect(log).toBe('one[2J\ntwo\n');
    expect(git).toEqual([]);
  });

  it('passes settings on', async () => {
    const more = 'def get_requires_for_build_wheel(settings=None): return [settings["a"], *settings["b"]]';
    const job = ownBackend('return 0', more);
    const backend = { ...job.backend, configSettings: { a: 'x', b: ['y', 'z'] } };
    expect((await getRequiresForBuildWheel({ ...job, backend }, ctx)).requirements).toEqual(['x', 'y', 'z']);
  });

  it('takes the metadata of the hook, else of the wheel', async () => {
    const hook = `
def prepare_metadata_for_build_wheel(directory, settings=None):
    os.mkdir(os.path.join(directory, 'x.dist-info'))
    with open(os.path.join(directory, 'x.dist-info/METADATA'), 'w') as file: file.write('Name: x')
    return 'x.dist-info'`;
    expect((await prepareMetadata(ownBackend('return 0', hook), ctx)).metadata).toBe('Name: x');
    expect((await prepareMetadata(ownBackend('return 0'), ctx)).metadata).toContain('\nName: demo\nVersion: 1.0\n');
  });

  it('starts no program: one that is only looked for is not there', async () => {
    const looks = `
import json, shutil, subprocess
found = [shutil.which('hg'), os.system('true')]
for start in (lambda: subprocess.run(['hg', 'id']), lambda: subprocess.check_output('svn info', shell=True), lambda: os.execv('/bin/sh', ['sh'])):
    try: found.append(start())
    except OSError as error: found.append([type(error).__mro__[1].__name__, error.errno, error.filename])
return json.dumps(found)`;
    const missing = (name: string) => ['FileNotFoundError', 2, name];
    expect(answerOf((await buildWheel(ownBackend(looks), ctx)).bytes)).toEqual([null, 32512, ...['hg', 'svn', 'sh'].map(missing)]);
  });

  it('has a git that finds no repository', async () => {
    const asks = `
import json, shutil, subprocess
run = lambda text: (lambda done: [done.returncode, done.stdout, done.stderr])(subprocess.run(text.split(), capture_output=True, text=True))
return json.dumps([shutil.which('git'), run('git --version')[0], run('git rev-parse --git-dir'), run('git config user.name')[0]])`;
    const { bytes, git } = await buildWheel(ownBackend(asks), ctx);
    const none = 'fatal: not a git repository (or any of the parent directories): .git\n';
    expect(answerOf(bytes)).toEqual(['/usr/bin/git', 0, [128, '', none], 128]);
    expect(git).toEqual([]);
  });

  it('says which program a build needs', async () => {
    const compiles = 'import subprocess\ntry: subprocess.run(["/usr/bin/gcc", "-c", "x.c"])\nexcept OSError: pass\nreturn 0';
    expect(await refusal(ownBackend(compiles))).toMatchObject({
      code: 'BACKEND_PROGRAM',
      message: 'could not build demo 1.0: its build needs a compiler (it starts gcc)',
    });
    expect(await refusal(ownBackend('import subprocess\nsubprocess.check_call(["npm", "ci"])'))).toMatchObject({
      code: 'BACKEND_PROGRAM',
      message: 'could not build demo 1.0: its build starts npm',
    });
  });

  it('says why a backend failed', async () => {
    const error = await refusal(ownBackend('print("before")\nraise ValueError("no version")'));
    expect(error).toMatchObject({ code: 'BACKEND_FAILED', message: 'could not build demo 1.0: own failed: ValueError: no version' });
    expect((error as unknown as { details: string[] }).details[0]).toBe('before');
  });

  it('makes no wheels for one platform, and none for a Python without interpreter', async () => {
    const platform = `\nNAME = 'demo-1.0-cp313-cp313-linux_x86_64.whl'`;
    expect(await refusal(ownBackend('return 0', platform))).toMatchObject({ code: 'BACKEND_PLATFORM' });
    expect(await refusal({ ...ownBackend('return 0'), minor: '3.9' })).toMatchObject({ code: 'BACKEND_PYTHON' });
  });

  it('ends what takes too long, and what is aborted', async () => {
    const endless = ownBackend('while True: pass');
    expect(await refusal({ ...endless, limits: { milliseconds: 3000 } })).toMatchObject({ code: 'BACKEND_LIMIT' });
    const controller = new AbortController();
    const build = buildWheel(endless, { ...ctx, signal: controller.signal });
    controller.abort();
    await expect(build).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.runIf(process.platform === 'linux')('ends what takes too much memory', async () => {
    const limits = { bytes: 600 * 1024 ** 2 };
    const hungry = 'import time\nkept = [b"x" * (1 << 26) for _ in range(12)]\nwhile True: pass';
    expect(await refusal({ ...ownBackend(hungry), limits })).toMatchObject({ code: 'BACKEND_LIMIT' });
  });
});
