import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DetectorProject, detectorProjects } from './detectorProjects.ts';
import { fetchIn, inOwnNetwork } from './network.ts';
import { excludeNewer, startWherry, uv, wherry, writeFiles } from './sampleProject.ts';

/** What is found does not depend on bytecode, which would take most of the time. */
const plain = { WHERRY_BYTECODE: 'none' };
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-detectors-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** `name` is that of the module where the project is a package. */
function pyproject({ dependencies, tables = '', files }: DetectorProject): string {
  const [, name = 'web-site'] = /^src\/(\w+)\/__init__\.py$/m.exec(Object.keys(files).join('\n')) ?? [];
  const quoted = dependencies.map((dependency) => JSON.stringify(dependency)).join(', ');
  return `[project]\nname = "${name}"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = [${quoted}]\n${tables}\n${excludeNewer}`;
}

/** What the program shows of a token that only the container's environment holds. */
async function shown(project: DetectorProject, place: string, token: string): Promise<string> {
  const args = ['run', place, '--with', 'unshare', '-e', 'TOKEN', '--quiet'];
  const running = startWherry(args, { env: { TOKEN: token, ...plain }, wrap: inOwnNetwork });
  if (project.shows === 'stdout') return (await running.ended).out;
  try {
    return (await fetchIn(running.pid, 'http://127.0.0.1:8000/')).body;
  } finally {
    running.kill('SIGTERM');
    await running.ended;
  }
}

describe('the command found for', () => {
  it.each(detectorProjects)('$name starts it in the image; nothing is found for $near.what', async (project) => {
    const place = join(directory, String(detectorProjects.indexOf(project)));
    await mkdir(place);
    await writeFiles(place, { 'pyproject.toml': pyproject(project), ...project.files });
    await uv(place, 'lock', '--quiet');
    const { err } = await wherry(['build', place], { env: plain });
    expect(err).toContain(`\n  start: ${project.command}  (`);
    const token = randomBytes(16).toString('hex');
    expect((await shown(project, place, token)).trim().replaceAll('"', '')).toBe(token);

    const { near } = project;
    await writeFiles(place, { 'pyproject.toml': pyproject({ ...project, ...near, files: project.files }), ...near.files });
    const outcome = await startWherry(['plan', place, '--offline']).ended;
    expect(outcome).toMatchObject({ status: 1, err: expect.stringContaining('START_NOT_FOUND') });
  });
});
