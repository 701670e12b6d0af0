import type { DebianPackage } from '../base/facts.ts';
import type { Architecture } from '../platform.ts';

export function sonamesOf(_packages: readonly DebianPackage[], _architecture: Architecture): readonly string[] {
  return [];
}
