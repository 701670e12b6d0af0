import { Command, CommanderError, Option } from 'commander';
import { ToolError } from '../errors/index.ts';
import type { AddCommand } from './command.ts';
import { addBuild, loadTargets } from './commands/build.ts';
import { addCache } from './commands/cache.ts';
import { addConfig } from './commands/config.ts';
import { addCopy } from './commands/copy.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { addInspect } from './commands/inspect.ts';
import { addLock } from './commands/lock.ts';
import { addLogin, addLogout } from './commands/login.ts';
import { addPlan } from './commands/plan.ts';
import { addRun } from './commands/run.ts';
import { collect } from './selection-flags.ts';
import type { GlobalFlags, Terminal } from './terminal.ts';
import { version } from './version.ts';

const examples = `
Examples:
  wherry build                      build the project here; the image stays in the store
  wherry build --oci out            write an OCI layout
  wherry build --load               load the image into Docker or Podman
  wherry run -p 8000:8000           build and run it
  wherry plan --explain             say what would be built, and why
`;

/** In the order of the help. */
const commands: ReadonlyMap<string, AddCommand> = new Map([
  ['build', addBuild],
  ['run', addRun],
  ['plan', addPlan],
  ['inspect', addInspect],
  ['copy', addCopy],
  ['lock', addLock],
  ['login', addLogin],
  ['logout', addLogout],
  ['config', addConfig],
  ['doctor', addDoctor],
  ['explain', addExplain],
  ['cache', addCache],
]);

/** The command line: parses argv, runs one command, gives its exit status. Usage errors are `ToolError` USAGE. */
export function createProgram(terminal: Terminal): (argv: readonly string[]) => Promise<number> {
  return async (argv) => {
    let status = 0;
    const done = (value: number): void => {
      status = value;
    };
    const program = describeProgram({ terminal, done }, argv[0]);
    await program.parseAsync(withExplicitLoad(argv), { from: 'user' }).catch((error: unknown) => {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode !== 0) throw usageError(error, argv);
    });
    return status;
  };
}

/**
 * Every command with its flags and help; docs/reference/cli.md is made from it. If `only` names a command, that one alone: describing all of
 * them takes longer than reading a project.
 */
export function describeProgram(cli: Parameters<AddCommand>[1], only = ''): Command {
  const program = new Command('wherry')
    .description('Container images for Python projects, straight from the lock file.')
    .version(version, '-V, --version')
    .addHelpText('after', examples)
    .showSuggestionAfterError();
  program.hook('preAction', (_program, action) => cli.terminal.use(action.optsWithGlobals<GlobalFlags>()));
  const one = commands.get(only);
  for (const add of one === undefined ? commands.values() : [one]) add(program, cli);
  for (const command of [program, ...leaves(program)]) prepare(command, cli.terminal);
  return program;
}

/** `--load` takes its value after `=`; alone it must not swallow the directory that follows. */
function withExplicitLoad(argv: readonly string[]): string[] {
  return argv.map((word, index) => (word === '--load' && !isTarget(argv[index + 1]) ? '--load=auto' : word));
}

function isTarget(word: string | undefined): boolean {
  return loadTargets.some((target) => target === word);
}

/** Every command below the program, at any depth. */
export function leaves(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...leaves(child)]);
}

/** The flags that every command has, and errors as exceptions instead of an exit. */
function prepare(command: Command, terminal: Terminal): void {
  command
    .option('-q, --quiet', 'only warnings and errors')
    .option('--json', 'data as JSON on stdout, errors too')
    .option('--offline', 'send no request; use the store alone')
    .addOption(
      new Option('--insecure <host[:port]>', 'registry that may be reached by plain http or with any certificate; repeatable').argParser(
        collect,
      ),
    )
    .option('--no-progress', 'one line per stage instead of a live block')
    .addOption(new Option('--workers <n>', 'threads that make layers').argParser(positive))
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: () => {} });
}

function usageError(error: CommanderError, argv: readonly string[]): ToolError {
  const [command] = argv.filter((word) => !word.startsWith('-'));
  const [message = '', suggestion = ''] = withoutValue(error.message.replace(/^error: /, '')).split('\n');
  const known = error.code !== 'commander.unknownCommand' && command !== undefined;
  const help = known ? `wherry ${command} --help` : 'wherry --help';
  if (error.code === 'commander.help') return new ToolError('USAGE', 'no command was given', { hint: 'see wherry --help' });
  const guess = suggestion.replace(/^\(|\)$/g, '');
  return new ToolError('USAGE', message, { hint: guess === '' ? `see ${help}` : `${guess} See ${help}` });
}

/** What follows `=` of an unknown option may be a secret. */
function withoutValue(message: string): string {
  return message.replace(/^(unknown option '[^'=]*)=.*'$/m, "$1'");
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 64) {
    throw new ToolError('USAGE', `--workers takes a whole number from 1 to 64, not ${JSON.stringify(text)}`);
  }
  return value;
}
