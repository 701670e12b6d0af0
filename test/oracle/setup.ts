import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { downloadWheels } from './wheels.ts';

/** Runs once before all comparisons: the private Python environment with uv and pypa/packaging, and the wheels that several of them read. */
export function setup(): void {
  execFileSync(join(import.meta.dirname, '../../scripts/setup-python'), { stdio: 'inherit' });
  downloadWheels('wheels.txt');
}
