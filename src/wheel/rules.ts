import { ToolError } from '../errors/index.ts';

/** Rules of the refuse list that concern wheels rather than zip files; the message of ARCHIVE_UNSAFE carries the name. */
export const wheelRules = {
  'dist-info-count': 'there is not exactly one .dist-info directory at the top',
  'entry-point-outside': 'the name of an entry point is not a plain file name',
  'metadata-mismatch': 'METADATA names another package or version than the lock file',
  'record-outside': 'RECORD lists a path outside the wheel',
  'reserved-name': 'a file would replace the interpreter or a part of the environment',
  'whiteout-name': 'a file name starts with .wh., which image layers read as a deletion',
} as const;

export type WheelRule = keyof typeof wheelRules;

/** ARCHIVE_UNSAFE for one rule; `subject` is the path or name that breaks it. */
export function refuse(wheel: string, rule: WheelRule, subject: string): ToolError {
  const detail = `${JSON.stringify(subject)} in ${wheel}: ${wheelRules[rule]}`;
  return new ToolError('ARCHIVE_UNSAFE', `${wheel} breaks the archive rule ${rule}`, { details: [detail] });
}

/** WHEEL_INVALID: the wheel is not hostile but cannot be installed. */
export function invalidWheel(wheel: string, reason: string): ToolError {
  return new ToolError('WHEEL_INVALID', `${wheel} cannot be installed: ${reason}`);
}

const reserved = /^(?:pythonw?|python3(?:\.\d+t?)?|pypy.*|graalpy.*)$/i;

/** Whether a file of this name in `bin` would stand in for an interpreter; also with `.py` or `.exe`, and in any case. */
export function isReservedScript(name: string): boolean {
  return reserved.test(name.replace(/\.(?:py|exe)$/i, ''));
}
