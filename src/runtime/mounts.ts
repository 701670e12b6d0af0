import { statSync } from 'node:fs';
import { directoryInside } from './inside.ts';
import type { Volume, WritableDirectory } from './types.ts';

export interface MountPlan {
  /** The unpacked image. */
  readonly root: string;
  /** Absolute path of the host's `mount`. */
  readonly mount: string;
  /** Only root may give mounts to other users and mount sysfs. */
  readonly privileged: boolean;
  readonly readOnly: boolean;
  readonly writable: readonly WritableDirectory[];
  readonly volumes: readonly Volume[];
}

/** Files of the host's /dev that programs expect everywhere. */
const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/**
 * The shell script that mounts everything below the root of an unpacked image, inside a mount namespace of its own. Missing mount points are made.
 * It says `ready`, and keeps the namespace until it is told the end.
 */
export function mountScript(plan: MountPlan): string {
  const { root, readOnly } = plan;
  directoryInside(root, 'proc');
  const lines = [
    'set -e',
    mount(plan, ['--bind', root, root]),
    ...deviceMounts(plan),
    ...systemMount(plan),
    ...plan.volumes.flatMap((volume) => volumeMounts(plan, volume)),
    ...(readOnly ? writableMounts(plan) : []),
    ...(readOnly ? [mount(plan, ['-o', 'remount,bind,ro', root])] : []),
    'echo ready',
    'set +e',
    `read -r end || ${sweep(root)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Ends everything that has the image as its root. It runs when no end comes because wherry was killed: the container must not outlive it. What was being
 * started then gets there within moments, so it looks for two seconds. (The kernel forgets `unshare --kill-child` when the user changes.)
 */
function sweep(root: string): string {
  const processes = `for process in /proc/[0-9]*; do [ "$process/root" -ef ${quote(root)} ] && kill -KILL "\${process#/proc/}"; done`;
  return `for round in 1 2 3 4 5 6 7 8 9 10; do ${processes}; sleep 0.2; done`;
}

function deviceMounts(plan: MountPlan): string[] {
  const dev = directoryInside(plan.root, 'dev');
  const at = (name: string) => quote(`${dev}/${name}`);
  return [
    mount(plan, ['-t', 'tmpfs', '-o', 'mode=0755,nosuid', 'tmpfs', dev]),
    ...devices.flatMap((name) => [`: > ${at(name)}`, mount(plan, ['--bind', `/dev/${name}`, `${dev}/${name}`])]),
    `ln -s /proc/self/fd ${at('fd')}`,
    ...['stdin', 'stdout', 'stderr'].map((name, number) => `ln -s /proc/self/fd/${number} ${at(name)}`),
    `mkdir ${at('pts')} ${at('shm')}`,
    mount(plan, ['-t', 'devpts', '-o', 'newinstance,ptmxmode=0666,mode=0620,nosuid,noexec', 'devpts', `${dev}/pts`]),
    `ln -s pts/ptmx ${at('ptmx')}`,
    mount(plan, ['-t', 'tmpfs', '-o', 'mode=1777,nosuid,nodev', 'tmpfs', `${dev}/shm`]),
  ];
}

/** Without root, or where the kernel refuses a new sysfs, the host's own is shown; an ordinary user cannot write to it. */
function systemMount(plan: MountPlan): string[] {
  const sys = directoryInside(plan.root, 'sys');
  const bind = mount(plan, ['--rbind', '/sys', sys]);
  const fresh = mount(plan, ['-t', 'sysfs', '-o', 'ro,nosuid,nodev,noexec', 'sysfs', sys]);
  return [plan.privileged ? `${fresh} 2> /dev/null || ${bind}` : bind];
}

function volumeMounts(plan: MountPlan, { source, target, readOnly }: Volume): string[] {
  const isFile = statSync(source, { throwIfNoEntry: false })?.isFile() === true;
  const slash = target.lastIndexOf('/');
  const place = isFile
    ? `${directoryInside(plan.root, target.slice(0, slash))}/${target.slice(slash + 1)}`
    : directoryInside(plan.root, target);
  return [
    ...(isFile ? [`[ -e ${quote(place)} ] || : > ${quote(place)}`] : []),
    mount(plan, ['--bind', source, place]),
    ...(readOnly ? [mount(plan, ['-o', 'remount,bind,ro', place])] : []),
  ];
}

function writableMounts(plan: MountPlan): string[] {
  const given = new Set(plan.volumes.map((volume) => volume.target));
  const temporary = { path: '/tmp', mode: 0o1777, uid: 0, gid: 0 };
  const all = [...plan.writable.filter(({ path }) => path !== '/tmp'), temporary].filter(({ path }) => !given.has(path));
  return all.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((directory) => writableMount(plan, directory));
}

function writableMount(plan: MountPlan, { path, mode, uid, gid }: WritableDirectory): string {
  const owner = plan.privileged ? `,uid=${uid},gid=${gid}` : '';
  const options = `mode=${mode.toString(8).padStart(4, '0')}${owner},nosuid,nodev`;
  return mount(plan, ['-t', 'tmpfs', '-o', options, 'tmpfs', directoryInside(plan.root, path)]);
}

function mount(plan: MountPlan, args: readonly string[]): string {
  return [plan.mount, ...args].map(quote).join(' ');
}

function quote(text: string): string {
  return /^[\w./,:=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
