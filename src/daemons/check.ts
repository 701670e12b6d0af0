import { randomBytes } from 'node:crypto';

/** Label of the containers that are made to try an image and removed again. A run that is killed in between leaves one behind. */
export const checkLabel = 'dev.wherry.check';

const prefix = 'wherry-check-';

/** A new name for such a container. */
export function checkName(): string {
  return `${prefix}${randomBytes(6).toString('hex')}`;
}

/** Whether a name is of that kind; Docker's begins with a slash. A label alone could have come from an image. */
export function isCheckName(name: string): boolean {
  return /^\/?wherry-check-[0-9a-f]{12}$/.test(name);
}
