import { describe, expect, it } from 'vitest';
import { type EngineInput, engineArguments } from './container.ts';

const input: EngineInput = {
  engine: 'docker',
  user: '1001:1001',
  options: {},
  names: [],
  reference: 'wherry/site:run-1',
  terminal: false,
};
const writable = [
  { path: '/app/state', mode: 0o750, uid: 1001, gid: 1001 },
  { path: '/var/log/site', mode: 0o755, uid: 33, gid: 33 },
];

describe('engineArguments', () => {
  it('removes the container, adds no init and never pulls', () => {
    expect(engineArguments(input).join(' ')).toBe('run --rm --init=false --pull=never --interactive docker.io/wherry/site:run-1');
    expect(engineArguments({ ...input, terminal: true })).toContain('--tty');
  });

  it('passes ports, volumes and arguments on, and variables by name only', () => {
    const options = {
      ports: [
        { address: undefined, host: 8080, container: 8000 },
        { address: '127.0.0.1', host: 1, container: 2 },
      ],
      volumes: [{ source: '/a b', target: '/b', readOnly: true }],
      args: ['python', '-c', 'print(1)'],
    };
    expect(engineArguments({ ...input, options, names: ['TOKEN'] }).slice(5)).toEqual([
      ...['--publish', '8080:8000', '--publish', '127.0.0.1:1:2', '--env', 'TOKEN', '--volume', '/a b:/b:ro'],
      ...['docker.io/wherry/site:run-1', 'python', '-c', 'print(1)'],
    ]);
  });

  it('gives Docker a tmpfs with owner and mode for each writable directory', () => {
    const args = engineArguments({ ...input, options: { readOnly: true, writable } });
    expect(args.slice(5, -1)).toEqual([
      '--read-only',
      ...['--tmpfs', '/tmp:rw,exec,nosuid,nodev,mode=1777,uid=0,gid=0'],
      ...['--tmpfs', '/app/state:rw,exec,nosuid,nodev,mode=0750,uid=1001,gid=1001'],
      ...['--tmpfs', '/var/log/site:rw,exec,nosuid,nodev,mode=0755,uid=33,gid=33'],
    ]);
  });

  it('gives Podman what it can express', () => {
    const args = engineArguments({ ...input, engine: 'podman', options: { readOnly: true, writable } });
    expect(args.slice(5, -1)).toEqual([
      ...['--read-only', '--read-only-tmpfs=false'],
      ...['--tmpfs', '/tmp:rw,exec,nosuid,nodev,mode=1777'],
      ...['--mount', 'type=tmpfs,destination=/app/state,tmpfs-mode=0750,U=true'],
      ...['--volume', '/var/log/site'],
    ]);
  });
});
