/** Writes everything in schemas/ and docs/ that is made from the sources; with --check only compares, and exits 1 on a difference. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { planSchema } from '../src/cli/plan-json.ts';
import { describeProgram, leaves } from '../src/cli/program.ts';
import { createTerminal } from '../src/cli/terminal.ts';
import { configJsonSchema } from '../src/config/index.ts';
import { errorCatalog } from '../src/errors/index.ts';
import { reliabilityPage } from './reliability.ts';

const root = join(import.meta.dirname, '..');
const generated = '<!-- Made by `npm run docs` from the sources. -->\n';

function errorsPage(): string {
  const entries = Object.entries(errorCatalog).sort(([a], [b]) => (a < b ? -1 : 1));
  const sections = entries.map(
    ([code, entry]) => `## ${code}\n\n${capital(entry.title)}. Exit status ${entry.exit}.\n\n- Why: ${entry.cause}\n- Fix: ${entry.fix}\n`,
  );
  return `# Error codes\n\n${generated}\n\`wherry explain CODE\` prints the same.\n\n${sections.join('\n')}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function cliPage(): string {
  const terminal = createTerminal(process, new AbortController().signal);
  const program = describeProgram({ terminal, done: () => {} });
  const sections = [program, ...leaves(program)].map((command) => `## ${title(command)}\n\n\`\`\`\n${helpOf(command)}\n\`\`\`\n`);
  return `# Command line\n\n${generated}\n${sections.join('\n')}`;
}

function title(command: Command): string {
  return command.parent === null ? command.name() : `${title(command.parent)} ${command.name()}`;
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => 120,
  });
  command.outputHelp();
  return text.trim();
}

interface SchemaNode {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaNode[];
}

function configPage(): string {
  const { properties = {} } = configJsonSchema() as SchemaNode;
  const rows = Object.entries(properties).map(
    ([key, node]) => `| \`${key}\` | ${typeOf(node)} | ${(node.description ?? '').replaceAll('|', '\\|')} |`,
  );
  return `# Configuration\n\n${generated}
Keys of \`[tool.wherry]\` in pyproject.toml, or of wherry.toml. \`[tool.wherry.images.NAME]\` takes the same keys for one image. A flag wins over a
\`WHERRY_*\` variable, a variable over the file, the file over the default; \`wherry config\` shows each value and where it comes from. Editors can use
\`schemas/wherry.schema.json\`.\n\n| key | value | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function typeOf(node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeOf))].join(' or ');
  return node.type === undefined ? 'value' : [node.type].flat().join(' or ');
}

const files: Readonly<Record<string, string>> = {
  'schemas/wherry.schema.json': `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  'schemas/plan.schema.json': `${JSON.stringify({ title: 'wherry plan --json', ...z.toJSONSchema(planSchema) }, null, 2)}\n`,
  'docs/reference/errors.md': errorsPage(),
  'docs/reference/cli.md': cliPage(),
  'docs/reference/config.md': configPage(),
  'docs/reliability.md': reliabilityPage(readFileSync(join(root, 'docs/reliability.md'), 'utf8')),
};

for (const [name, text] of Object.entries(files)) {
  const file = join(root, name);
  if (process.argv.includes('--check')) {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    console.error(`${name} is out of date: run npm run docs`);
    process.exitCode = 1;
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
