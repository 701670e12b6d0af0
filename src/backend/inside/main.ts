import { type Channel, openChannel } from './channel.ts';
import { makeConstant, restartConstant } from './constant.ts';
import { type BuildInterpreter, type FileSystem, startInterpreter } from './interpreter.ts';
import { program } from './program.ts';
import { answerBinding, closeRealm } from './realm.ts';

// The entry of the child process: one interpreter, one call of a hook. Runs without rights (`sandbox/command.ts`).

/** What Python gives back. */
interface Outcome {
  readonly news: Parameters<Channel['send']>[0];
  /** The wheel, where it lies in the interpreter's file system. */
  readonly file?: string;
}

async function run(channel: Channel): Promise<void> {
  channel.send({ type: 'ready' });
  const { header: start, body: memory } = channel.receive();
  if (start.type !== 'start') throw new Error('the first order is no start');
  makeConstant();
  answerBinding();
  const interpreter = await startInterpreter({ ...start, memory: start.memory === 'none' ? undefined : memory }, (text) =>
    channel.send({ type: 'log', text }),
  );
  if (start.memory !== 'stored') interpreter.runPython(program);
  if (start.memory === 'wanted') channel.send({ type: 'memory' }, interpreter.makeMemorySnapshot());
  interpreter.registerJsModule('_wherry_host', { git: (text: string) => askGit(channel, text) });
  const order = receiveFiles(channel, interpreter.FS);
  closeRealm();
  restartConstant();
  const { news, file } = callHook(interpreter, order);
  channel.send(news, file === undefined ? undefined : interpreter.FS.readFile(file));
}

/** Takes files until the order to run, which it gives back as text. */
function receiveFiles(channel: Channel, files: FileSystem): string {
  const known = new Set<string>();
  for (;;) {
    const { header, body } = channel.receive();
    if (header.type === 'run') return JSON.stringify(header);
    if (header.type !== 'file' && header.type !== 'link') throw new Error(`unexpected order ${header.type}`);
    const parent = header.path.slice(0, header.path.lastIndexOf('/'));
    if (!known.has(parent)) files.mkdirTree(parent);
    known.add(parent);
    if (header.type === 'link') files.symlink(header.target, header.path);
    else {
      files.writeFile(header.path, body);
      files.chmod(header.path, header.mode);
    }
  }
}

function callHook({ globals }: BuildInterpreter, order: string): Outcome {
  return JSON.parse(globals.get('wherry_run')(order)) as Outcome;
}

/** A question from Python as JSON, and its answer, in which the output is in base64. */
function askGit(channel: Channel, text: string): string {
  channel.send({ type: 'git', ...(JSON.parse(text) as { arguments: string[]; cwd: string }) });
  const { header, body } = channel.receive();
  if (header.type !== 'answer') throw new Error('the parent gave no answer');
  return JSON.stringify({ ...header, stdout: Buffer.from(body).toString('base64') });
}

await run(openChannel());
// Timers of the interpreter's event loop would keep the process.
process.exit(0);
