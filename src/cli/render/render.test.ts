import { describe, expect, it } from 'vitest';
import { ToolError } from '../../errors/index.ts';
import { errorJson, exitStatusOf, renderError } from './error.ts';
import { makePalette, wantsColour } from './palette.ts';
import { createProgress } from './progress.ts';

const plain = makePalette(false);

describe('renderError', () => {
  it('has code, place, details and hint, without colour', () => {
    const error = new ToolError('LOCK_STALE', 'uv.lock is stale', {
      where: { file: 'pyproject.toml', line: 7 },
      details: ['one', 'two'],
      hint: 'run uv lock',
    });
    expect(renderError(error, plain)).toBe('error[LOCK_STALE]: uv.lock is stale\n  pyproject.toml:7\n  one\n  two\nhint: run uv lock\n');
  });

  it('takes the next step from the catalogue where the error has none', () => {
    expect(renderError(new ToolError('PYTHON_UNUSABLE', 'x'), plain)).toMatch(/\nhint: set python = "3\.13" in .*[^.]\n$/);
    expect(renderError(new ToolError('ARCHIVE_UNSAFE', 'x'), plain)).toContain('hint: report it to the maintainers');
  });

  it('shows what is a bug as a bug', () => {
    const text = renderError(new RangeError('boom'), plain);
    expect(text).toMatch(/^error\[INTERNAL\]: boom\n/);
    expect(text).toContain('hint: this is a bug');
  });

  it('is data with --json', () => {
    expect(errorJson(new ToolError('LOCK_MISSING', 'no lock'))).toEqual({
      schemaVersion: 1,
      error: {
        code: 'LOCK_MISSING',
        message: 'no lock',
        details: [],
        hint: expect.stringMatching(/^run uv lock and commit uv\.lock/),
        where: null,
      },
    });
  });
});

describe('exitStatusOf', () => {
  it.each([
    [new ToolError('LOCK_STALE', ''), 1],
    [new ToolError('DOWNLOAD_FAILED', ''), 2],
    [new ToolError('USAGE', ''), 64],
    [new ToolError('INTERRUPTED', ''), 130],
    [new Error(''), 2],
  ])('of %s', (error, status) => {
    expect(exitStatusOf(error)).toBe(status);
  });
});

describe('wantsColour', () => {
  it.each([
    [{ isTTY: true, env: {} }, true],
    [{ isTTY: false, env: {} }, false],
    [{ isTTY: true, env: { NO_COLOR: '1' } }, false],
    [{ isTTY: true, env: { TERM: 'dumb' } }, false],
    [{ isTTY: false, env: { FORCE_COLOR: '1' } }, true],
    [{ isTTY: true, env: { FORCE_COLOR: '1', NO_COLOR: '1' } }, false],
  ])('%j', (choice, expected) => {
    expect(wantsColour(choice)).toBe(expected);
  });
});

describe('createProgress', () => {
  const run = (mode: 'live' | 'lines' | 'quiet'): string => {
    let text = '';
    let clock = 0;
    const progress = createProgress({
      mode,
      palette: plain,
      now: () => (clock += 100),
      write: (part) => {
        text += part;
      },
    });
    progress.emit({ type: 'stage', stage: 'produce', state: 'start' });
    progress.emit({ type: 'progress', stage: 'produce', item: 'django', done: 500, total: 1000 });
    progress.emit({ type: 'warning', message: 'careful', hint: 'look' });
    progress.emit({ type: 'stage', stage: 'produce', state: 'done', milliseconds: 1500, note: '3 layers' });
    progress.finish();
    return text;
  };

  it('writes one line per stage', () => {
    expect(run('lines')).toBe('warning: careful\nhint: look\n✓ produce    1.5 s  3 layers\n');
  });

  it('writes only warnings when quiet', () => {
    expect(run('quiet')).toBe('warning: careful\nhint: look\n');
  });

  it('draws a live block and removes it again', () => {
    const text = run('live');
    expect(text).toContain('django');
    const block = '\r\u001b[2K';
    expect(text.indexOf('warning')).toBe(text.indexOf(`${block}warning`) + block.length);
  });
});
