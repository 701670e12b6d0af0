import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ToolError } from '../errors/index.ts';

/** Daemons whose images can be named. */
export type DaemonKind = 'docker' | 'podman' | 'containerd';

/** What a word on the command line names (DESIGN §8). */
export type NamedImage =
  | {
      readonly kind: 'oci' | 'tar';
      /** Absolute, but for `tar:-`. */
      readonly path: string;
      /** Name or tag inside of it. */
      readonly inner: string | undefined;
    }
  | { readonly kind: DaemonKind; readonly reference: string }
  /** An image that was built here, or a registry reference. */
  | { readonly kind: 'name'; readonly name: string };

/** Words of other tools, and how the same is said here. */
const otherWords: Readonly<Record<string, string>> = {
  'docker://': 'leave docker:// out: HOST/NAME:TAG',
  'oci-archive:': 'write tar:FILE[:NAME]',
  'docker-archive:': 'write tar:FILE[:NAME]',
  'docker-daemon:': 'write docker:NAME:TAG',
  'containers-storage:': 'write podman:NAME:TAG',
  'dir:': 'write oci:DIRECTORY[:NAME]',
};

/** Reads a name; nothing is looked up. Throws USAGE for the words of other tools. */
export function parseImageName(text: string, directory: string): NamedImage {
  const word = Object.keys(otherWords).find((start) => text.startsWith(start));
  if (word !== undefined) throw new ToolError('USAGE', `unknown kind of image: ${text}`, { hint: `${otherWords[word]}` });
  const [, kind, rest = ''] = /^(oci|tar|docker|podman|containerd):(.*)$/.exec(text) ?? [];
  if (kind !== undefined && rest === '')
    throw new ToolError('USAGE', `nothing is named after ${text}`, { hint: `for example ${kind}:site` });
  if (kind === 'oci' || kind === 'tar') return { kind, ...splitPath(rest, directory) };
  return kind === 'docker' || kind === 'podman' || kind === 'containerd' ? { kind, reference: rest } : { kind: 'name', name: text };
}

/** `PATH` or `PATH:NAME`; an existing path that holds a colon is a path. */
function splitPath(text: string, directory: string): { readonly path: string; readonly inner: string | undefined } {
  if (text === '-') return { path: text, inner: undefined };
  const whole = resolve(directory, text);
  const colon = text.indexOf(':');
  if (colon < 0 || existsSync(whole)) return { path: whole, inner: undefined };
  return { path: resolve(directory, text.slice(0, colon)), inner: text.slice(colon + 1) };
}
