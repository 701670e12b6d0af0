import type { UserSpec } from '../config/types.ts';
import { ToolError } from '../errors/index.ts';

/** Ids of an `owner` setting: `root`, the run user's name, `uid` or `uid:gid`. Throws CONFIG_INVALID for other names: they depend on the base. */
export function ownerIds(owner: string, user: UserSpec): { readonly uid: number; readonly gid: number } {
  if (owner === 'root') return { uid: 0, gid: 0 };
  if (owner === user.name) return { uid: user.uid, gid: user.gid };
  const match = /^(\d+)(?::(\d+))?$/.exec(owner);
  if (match !== null) return { uid: Number(match[1]), gid: Number(match[2] ?? match[1]) };
  throw new ToolError('CONFIG_INVALID', `owner = "${owner}" is neither root, ${user.name} nor a number`, {
    hint: 'write owner = "1001:1001"',
  });
}
