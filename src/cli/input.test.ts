import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createInput } from './input.ts';

class FakeTerminal extends PassThrough {
  readonly isTTY = true;
  readonly modes: boolean[] = [];

  setRawMode(raw: boolean): void {
    this.modes.push(raw);
  }
}

/** Asks, types, and gives what was answered and shown. */
async function type(keys: readonly string[], hidden: boolean, signal = new AbortController().signal) {
  const stream = new FakeTerminal();
  let shown = '';
  const write = (text: string): void => {
    shown += text;
  };
  const answer = createInput(() => stream, { write, signal }).ask('word: ', { hidden });
  const settled = answer.then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error }),
  );
  for (const key of keys) stream.write(key);
  return { ...(await settled), shown, modes: stream.modes };
}

describe('ask', () => {
  it('shows nothing of a hidden answer and puts the terminal back', async () => {
    expect(await type(['can', 'ary', '\r'], true)).toEqual({ value: 'canary', error: undefined, shown: 'word: \n', modes: [true, false] });
  });

  it('shows an open one', async () => {
    expect(await type(['me\n'], false)).toMatchObject({ value: 'me', shown: 'word: me\n' });
  });

  it.each([
    ['backspace', ['abx\x7f\bc\r'], 'ac'],
    ['backspace at the start', ['\x7fa\r'], 'a'],
    ['Ctrl-U', ['abc\x15d\r'], 'd'],
    ['arrows', ['a\x1b[Db\x1b[3~\r'], 'ab'],
    ['what a paste brings', ['pä$$ "w\u{1f6a2}"\r'], 'pä$$ "w\u{1f6a2}"'],
    ['only the first line', ['a\rb\r'], 'a'],
  ])('knows %s', async (_name, keys, value) => expect((await type(keys, true)).value).toBe(value));

  it.each([['\x03'], ['\x04']])('is given up with %j', async (key) => {
    const { error, modes } = await type([key], true);
    expect(error).toMatchObject({ code: 'INTERRUPTED' });
    expect(modes).toEqual([true, false]);
  });

  it('ends with a signal', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    setImmediate(() => controller.abort(reason));
    expect(await type(['half'], true, controller.signal)).toMatchObject({ error: reason, modes: [true, false] });
  });
});

describe('read', () => {
  const read = async (text: string, limit: number): Promise<string> => {
    const stream = new PassThrough();
    stream.end(text);
    return await createInput(() => stream, { write: () => {}, signal: new AbortController().signal }).read(limit);
  };

  it('gives all of it', async () => expect(await read('a\nb\n', 10)).toBe('a\nb\n'));

  it('has a limit', async () =>
    await expect(read('canary', 3)).rejects.toMatchObject({ code: 'USAGE', message: expect.not.stringContaining('canary') }));
});
