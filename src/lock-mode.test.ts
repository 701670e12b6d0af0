import { expect, it } from 'vitest';
import { lockMode } from './lock-mode.ts';

it.each([
  [{ locked: false, frozen: false, ci: false }, 'default'],
  [{ locked: false, frozen: true, ci: false }, 'default'],
  [{ locked: true, frozen: false, ci: false }, 'locked'],
  [{ locked: true, frozen: true, ci: false }, 'locked'],
  [{ locked: false, frozen: true, ci: true }, 'locked'],
] as const)('%o is %s', (flags, mode) => expect(lockMode(flags)).toBe(mode));
