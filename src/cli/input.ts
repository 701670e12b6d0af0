import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { ToolError } from '../errors/index.ts';

/** What the user types or pipes in. */
export interface Input {
  /** Whether somebody sits at a terminal and can be asked. */
  readonly isTerminal: boolean;
  /** Everything that is piped in. Errors: USAGE if it is longer than `limit` characters. */
  read(limit: number): Promise<string>;
  /** Asks for one line; a hidden one is not shown while it is typed. Errors: INTERRUPTED. */
  ask(question: string, how: { readonly hidden: boolean }): Promise<string>;
}

/** stdin as `createInput` needs it. */
export interface InputStream extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

export interface InputOptions {
  /** Questions go there: not to stdout, which carries data. */
  readonly write: (text: string) => void;
  readonly signal: AbortSignal;
}

/** `stream` is looked at when it is needed: most commands read nothing. */
export function createInput(stream: () => InputStream, { write, signal }: InputOptions): Input {
  return {
    get isTerminal() {
      return stream().isTTY === true;
    },
    read: async (limit) => {
      let text = '';
      for await (const chunk of stream().setEncoding('utf8')) {
        text += chunk as string;
        if (text.length > limit) throw new ToolError('USAGE', `more than ${limit} characters on stdin`);
      }
      return text;
    },
    ask: async (question, { hidden }) => {
      const terminal = stream();
      write(question);
      terminal.setRawMode?.(true);
      try {
        return await readLine(terminal, { echo: hidden ? () => {} : write, signal });
      } finally {
        terminal.setRawMode?.(false);
        terminal.pause();
        write('\n');
      }
    },
  };
}

interface LineOptions {
  readonly echo: (text: string) => void;
  readonly signal: AbortSignal;
}

/** In raw mode the keys arrive as they are, so that line editing and Ctrl-C are ours. */
async function readLine(stream: InputStream, { echo, signal }: LineOptions): Promise<string> {
  const line: string[] = [];
  return await new Promise<string>((resolve, reject) => {
    const end = (settle: () => void): void => {
      stream.off('data', take).off('end', close);
      signal.removeEventListener('abort', abort);
      settle();
    };
    const abort = (): void => end(() => reject(signal.reason));
    const close = (): void => end(() => reject(cancelled()));
    const take = (chunk: string): void => {
      // Keys that send a sequence, as the arrows do, have no meaning here.
      for (const key of stripVTControlCharacters(chunk)) {
        const isCancel = key === '\x03' || (key === '\x04' && line.length === 0);
        if (isCancel || key === '\r' || key === '\n') {
          if (isCancel) close();
          else end(() => resolve(line.join('')));
          return;
        }
        edit(line, key, echo);
      }
    };
    stream.setEncoding('utf8').on('data', take).on('end', close);
    signal.addEventListener('abort', abort);
    stream.resume();
  });
}

function edit(line: string[], key: string, echo: (text: string) => void): void {
  if (key === '\x7f' || key === '\b') {
    if (line.pop() !== undefined) echo('\b \b');
  } else if (key === '\x15') {
    echo('\b \b'.repeat(line.length));
    line.length = 0;
  } else if (key >= ' ') {
    line.push(key);
    echo(key);
  }
}

function cancelled(): ToolError {
  return new ToolError('INTERRUPTED', 'nothing was entered', { hint: 'run the command again' });
}
