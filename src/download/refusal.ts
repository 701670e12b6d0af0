import { ToolError } from '../errors/index.ts';

/** Whether a server wants a login, or another one (RFC 9110 §15.5.2, §15.5.4). */
export function isRefusal(status: number): boolean {
  return status === 401 || status === 403;
}

/** DOWNLOAD_AUTH; `index` is the name of the index that refuses, where it is known. */
export function notAllowed(message: string, details: readonly string[], index?: string): ToolError {
  const variable = `UV_INDEX_${index?.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_') ?? '<NAME>'}`;
  const hint = `set ${variable}_USERNAME and ${variable}_PASSWORD for the index named ${index ?? '<NAME>'}, or add the host to ~/.netrc`;
  return new ToolError('DOWNLOAD_AUTH', message, { details, hint });
}
