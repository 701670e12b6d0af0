// Writes schemas/wherry.schema.json from the configuration schema; with --check only compares, and exits 1 if the file is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configJsonSchema } from '../src/config/index.ts';

const directory = join(import.meta.dirname, '../schemas');
const file = join(directory, 'wherry.schema.json');
const text = `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`;

function current(): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

if (!process.argv.includes('--check')) {
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, text);
} else if (current() !== text) {
  console.error('schemas/wherry.schema.json is out of date: run node scripts/schema.ts');
  process.exitCode = 1;
}
