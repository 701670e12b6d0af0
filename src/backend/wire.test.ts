import { describe, expect, it } from 'vitest';
import { readNews } from './wire.ts';

describe('readNews', () => {
  it('takes the messages of a child', () => {
    expect(readNews({ type: 'ready' })).toEqual({ type: 'ready' });
    expect(readNews({ type: 'log', text: 'a', more: 1 })).toEqual({ type: 'log', text: 'a' });
    expect(readNews({ type: 'git', arguments: ['describe'], cwd: '/build' })).toEqual({
      type: 'git',
      arguments: ['describe'],
      cwd: '/build',
    });
    expect(readNews({ type: 'done', result: ['a'], refused: [] })).toEqual({ type: 'done', result: ['a'], refused: [] });
    const failed = { type: 'failed', reason: 'OSError', program: undefined, refused: ['cc'] };
    expect(readNews({ ...failed, program: null })).toEqual(failed);
  });

  it.each([
    null,
    1,
    [],
    {},
    { type: 'start' },
    { type: 'log', text: 1 },
    { type: 'git', arguments: 'describe', cwd: '/' },
    { type: 'git', arguments: [1], cwd: '/' },
    { type: 'done', result: 1, refused: [] },
    { type: 'done', result: 'a' },
    { type: 'failed', refused: [] },
  ])('takes nothing else: %j', (header) => {
    expect(readNews(header)).toBeUndefined();
  });
});
