import { ToolError } from '../errors/index.ts';
import type { ListFacts, Lock } from '../lock/types.ts';
import type { Platform } from '../platform.ts';
import type { Target } from '../resolve/target.ts';
import { checkPlatforms as checkFor } from './check-target.ts';
import { type SelectInput, selectAll as selectFrom } from './select.ts';
import type { Selection } from './types.ts';

/** `selectAll` of select.ts, whose errors name the files and the command that the project has: those of a list, if its lock is one. */
export function selectAll(input: Omit<SelectInput, 'target'> & { readonly targets: readonly Target[] }): readonly Selection[] {
  return worded(input.lock, () => selectFrom(input));
}

/** The same for one target. */
export function select({ target, ...input }: SelectInput): Selection {
  return selectAll({ ...input, targets: [target] })[0] as Selection;
}

/** `checkPlatforms` of check-target.ts in the same way. */
export function checkPlatforms(lock: Lock, platforms: readonly Platform[]): void {
  worded(lock, () => checkFor(lock, platforms));
}

/** The rules of this folder are those of uv.lock, and so are the texts of their errors: one place puts them into the terms of a list. */
function worded<T>({ list }: Lock, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (list === undefined || !(error instanceof ToolError)) throw error;
    const { message, hint, details, where, cause } = error;
    throw new ToolError(error.code, inTermsOf(list, message), {
      details: details.map((line) => inTermsOf(list, line)),
      cause,
      ...(hint === undefined ? {} : { hint: inTermsOf(list, hint) }),
      ...(where === undefined ? {} : { where }),
    });
  }
}

function inTermsOf({ label, regenerate }: ListFacts, text: string): string {
  return text
    .replaceAll(/\brun uv lock(?: --upgrade-package \S+)*(?:; if it stays, .*)?/g, () => `write ${label} anew: ${regenerate}`)
    .replaceAll(/\buv\.lock\b/g, () => label);
}
