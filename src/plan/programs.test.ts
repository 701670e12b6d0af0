import { expect, it } from 'vitest';
import { missingPrograms, type ProgramsQuestion } from './programs.ts';

interface Setup {
  readonly entrypoint?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  readonly kind?: string;
  /** Paths of files of the project, without the slash. */
  readonly paths?: readonly string[];
}

function note(command: readonly string[], { entrypoint = [], links = {}, kind = 'debian', paths = [] }: Setup = {}): string | undefined {
  const question = {
    target: { base: { content: { kind } }, baseName: 'debian:13' },
    image: { entrypoint, links, workdir: '/app' },
    command,
    files: { calls: new Map([['/app/start.sh', ['gunicorn', 'mkdir', 'tail']]]), entries: paths.map((path) => ({ path })) },
  };
  return missingPrograms(question as unknown as ProgramsQuestion);
}

const said =
  'the start script calls mkdir and tail, which debian:13 does not have; busybox can be mkdir and tail: ' +
  'links = { "/usr/local/bin/mkdir" = "/usr/bin/busybox", "/usr/local/bin/tail" = "/usr/bin/busybox" }';

it.each([
  [['/app/start.sh']],
  [['./start.sh', '--fast']],
  [['sh', 'start.sh']],
  [['/bin/sh', '-e', 'start.sh']],
  [['env', 'A=1', './start.sh']],
])('reads the script that %j starts', (command) => {
  expect(note(command)).toBe(said);
});

it('reads what stands behind sh -c, and the entrypoint', () => {
  expect(note(['sh', '-c', 'cat x | gunicorn site'])).toContain('calls cat, which debian:13');
  expect(note(['sh', '-ec', 'curl x'])).toBe(
    'the start script calls curl, which debian:13 does not have; curl must come with another base',
  );
  expect(note(['web'], { entrypoint: ['./start.sh'] })).toBe(said);
});

it('says nothing of what is there, of other bases, and of what it does not know', () => {
  expect(note(['./start.sh'], { links: { '/usr/local/bin/mkdir': '/usr/bin/busybox' }, paths: ['usr/local/bin/tail'] })).toBeUndefined();
  expect(note(['./start.sh'], { kind: 'registry' })).toBeUndefined();
  for (const command of [['start.sh'], ['gunicorn', 'site'], ['python', './start.sh'], ['sh'], ['sh', '-c'], []]) {
    expect(note(command)).toBeUndefined();
  }
});
