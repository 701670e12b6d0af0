import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Runs once before all comparisons: the private Python environment with uv and pypa/packaging. */
export function setup(): void {
  execFileSync(join(import.meta.dirname, '../../scripts/setup-python'), { stdio: 'inherit' });
}
