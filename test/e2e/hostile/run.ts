import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { sandboxCommand } from '../../../src/backend/sandbox/command.ts';
import { backendContext, buildWheel, hostileBackend } from './backend.ts';

// Runs the attempts on the Node that runs this: `run.ts KIND TARGETS`; KIND is `python`, `script`, or `script-alone` for one without namespaces.
const [kind, targets = ''] = process.argv.slice(2);
process.env.WHERRY_SECRET = 'wherry-secret';

if (kind === 'python') {
  const { remove, ...ctx } = await backendContext();
  const { log } = await buildWheel(hostileBackend(targets), ctx);
  process.stdout.write(log);
  await remove();
} else {
  const script = join(import.meta.dirname, 'script.ts');
  const command = sandboxCommand({ readable: [], namespaces: kind === 'script', seconds: 60, script });
  const { stdout, stderr, status } = spawnSync(command.program, [...command.arguments], {
    input: JSON.stringify({ ...(JSON.parse(targets) as object), parent: process.pid }),
    env: { TZ: 'UTC', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    encoding: 'utf8',
  });
  process.stderr.write(stderr);
  process.stdout.write(stdout);
  process.exitCode = status ?? 1;
}
