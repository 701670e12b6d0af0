import { appendFileSync } from 'node:fs';

/** A line of the report that `scripts/soak` writes. */
export function note(line: string): void {
  if (process.env.SOAK_NOTES) appendFileSync(process.env.SOAK_NOTES, `${line}\n`);
}
