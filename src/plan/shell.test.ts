import { expect, it } from 'vitest';
import type { HealthSpec } from '../config/types.ts';
import { requireShell, type ShellQuestion } from './shell.ts';

interface Setup extends Partial<ShellQuestion['image']> {
  readonly shell?: boolean;
}

function ask(command: readonly string[], { shell = false, ...image }: Setup = {}): () => void {
  const question = {
    target: { base: { shell }, baseName: 'debian:13-noshell' },
    image: { entrypoint: [], links: {}, workdir: '/app', health: undefined, ...image },
    command,
    interpreters: new Map([
      ['/app/start.sh', '/bin/sh -e'],
      ['/srv/env.sh', '/usr/bin/env sh'],
      ['/app/run.py', '/app/.venv/bin/python'],
    ]),
  };
  return () => requireShell(question as unknown as ShellQuestion);
}

it.each([
  [['sh', '-c', 'exec gunicorn site.wsgi']],
  [['/bin/sh', 'x']],
  [['/usr/bin/sh']],
  [['tini', '-g', '--', 'sh', '-c', 'x']],
  [['env', 'A=b', '/bin/sh']],
  [['/app/start.sh']],
  [['./start.sh', '--fast']],
  [['/srv/env.sh']],
])('refuses %j on a base without a shell, and allows it on one with it', (command) => {
  expect(ask(command)).toThrow(expect.objectContaining({ code: 'BASE_NO_SHELL', details: expect.arrayContaining([command.join(' ')]) }));
  expect(ask(command, { shell: true })).not.toThrow();
  expect(ask(command, { links: { '/bin/sh': '/app/busybox' } })).not.toThrow();
});

it.each([[['python', '-c', 'sh']], [['gunicorn', 'sh']], [['/app/run.py']], [['start.sh']], [['./other.sh']], [['bash']], [[]]])(
  'allows %j',
  (command) => {
    expect(ask(command)).not.toThrow();
  },
);

it('looks at the entrypoint before the command, and at the health check', () => {
  expect(ask(['sh'], { entrypoint: ['python', '-m'] })).not.toThrow();
  expect(ask(['python'], { entrypoint: ['/bin/sh', '-c'] })).toThrow('the start command needs a shell, and debian:13-noshell has none');
  expect(ask(['python'], { health: { command: ['sh', '-c', 'true'] } as unknown as HealthSpec })).toThrow('the health check needs a shell');
});
