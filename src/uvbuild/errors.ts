import { ToolError } from '../errors/index.ts';
import type { Member } from '../project/types.ts';

/** UVBUILD_INVALID at the member's pyproject.toml. */
export function invalidProject(member: Member, reason: string, hint?: string): ToolError {
  return new ToolError('UVBUILD_INVALID', `cannot build ${member.name}: ${reason}`, {
    where: { file: member.pyproject.file },
    ...(hint === undefined ? {} : { hint }),
  });
}
