import type { ErrorEntry } from './entry.ts';

/** Errors of planning an image. */
export const planErrors = {
  ACCOUNT_CONFLICT: {
    exit: 1,
    title: 'the base has an account of the same name with another id',
    cause: 'The run user that the image asks for exists in the base image under another uid or gid.',
    fix: 'Give the run user the same ids, or another name: user = { name = "service", uid = 1001 }.',
  },
  PLAN_COLLISION: {
    exit: 1,
    title: 'two different files claim one path in the image',
    cause: 'Two entries of files, links, the project or a wheel end up at the same path with different contents.',
    fix: 'Change `to` of one of the entries in files = [...] of [tool.wherry].',
  },
} as const satisfies Record<string, ErrorEntry>;
