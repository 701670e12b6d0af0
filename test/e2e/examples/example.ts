import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, type Started } from '../command.ts';
import { root } from '../product.ts';
import { startWherry, type WherryOptions, wherry } from '../sampleProject.ts';

/** Directory of an example. */
export const exampleAt = (name: string) => join(root, 'examples', name);

/** Makes the lock files of all examples where they are missing. */
export const lockExamples = () => run([join(root, 'scripts/setup-examples')]);

/** What all images of the examples are made for here; some are for arm64 too. */
export const platform = ['--platform', 'linux/amd64'];

/** Makes all images of an example for one platform. */
export async function buildExample(name: string, args: readonly string[] = []): Promise<void> {
  await lockExamples();
  await wherry(['build', exampleAt(name), ...platform, '--quiet', ...args]);
}

export interface Run {
  readonly name: string;
  readonly image?: string;
  readonly args?: readonly string[];
  /** Passed on by name, so that no value is an argument. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly wrap: NonNullable<WherryOptions['wrap']>;
}

/** Runs an image of an example on a read-only root, as its README says. */
export function runExample({ name, image, args = [], variables = {}, wrap }: Run): Started {
  const names = Object.keys(variables).flatMap((variable) => ['-e', variable]);
  const which = image === undefined ? [] : ['--image', image];
  const all = ['run', exampleAt(name), ...which, ...platform, '--with', 'unshare', '--read-only', '--quiet', ...names, ...args];
  return startWherry(all, { env: variables, wrap });
}

/** Waits until a program has said something; throws with its words if it ends before. */
export async function says(running: Started, text: string): Promise<void> {
  let ended = '';
  void running.ended.then(({ status, out, err }) => {
    ended = `it ended with ${status}:\n${out}${err}`;
  });
  while (!running.out().includes(text)) {
    if (ended !== '') throw new Error(`waited in vain for ${text}; ${ended}`);
    await sleep(50);
  }
}
