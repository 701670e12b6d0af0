import { errorCatalog, ToolError } from '../../errors/index.ts';
import type { Palette } from './palette.ts';

/** The error form of DESIGN §8: code and message, place, details, a `hint:` line. Understandable without colour. */
export function renderError(error: unknown, palette: Palette): string {
  const tool = error instanceof ToolError ? error : internalError(error);
  const lines = [`${palette.red(`error[${tool.code}]`)}: ${tool.message}`];
  if (tool.where !== undefined)
    lines.push(`  ${[tool.where.file, tool.where.line, tool.where.column].filter((part) => part !== undefined).join(':')}`);
  lines.push(...tool.details.map((detail) => `  ${detail}`));
  if (tool.code === 'INTERNAL' && error instanceof Error && error.stack !== undefined) lines.push(...error.stack.split('\n').slice(1, 6));
  lines.push(`${palette.cyan('hint')}: ${nextStep(tool)}`);
  return `${lines.join('\n')}\n`;
}

/** No error is without a next step: where the place of the error knows none, that of the catalogue. */
function nextStep({ hint, code }: ToolError): string {
  return hint ?? errorCatalog[code].fix.replace(/\.$/, '').replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());
}

/** The same as data, for `--json`. */
export function errorJson(error: unknown): Record<string, unknown> {
  const tool = error instanceof ToolError ? error : internalError(error);
  return {
    schemaVersion: 1,
    error: { code: tool.code, message: tool.message, details: tool.details, hint: nextStep(tool), where: tool.where ?? null },
  };
}

export function exitStatusOf(error: unknown): number {
  if (error instanceof ToolError) return error.code === 'INTERRUPTED' ? 130 : error.exitStatus;
  return 2;
}

function internalError(error: unknown): ToolError {
  const message = error instanceof Error ? error.message : String(error);
  return new ToolError('INTERNAL', message, { cause: error, hint: 'this is a bug in Wherry; please report it with these lines' });
}
