import { describe, expect, it } from 'vitest';
import { nothingAsked } from '../select/fixture.ts';
import { amd64, arm64, contextWith, debianEntry, imageEntry, projectWith } from './fixture.ts';
import { choosePython, resolveTarget } from './index.ts';
import { emptyWherryLock, type LockMode, type WherryLock } from './wherry-lock.ts';

const debian = { mirror: {}, snapshot: undefined };

interface Question {
  readonly python?: string;
  readonly base?: string;
  readonly requires?: string;
  /** `requires-python` of the group docs. */
  readonly group?: string;
  readonly groups?: readonly string[];
  readonly file?: string;
  readonly lock?: WherryLock;
}

function choose(options: Question) {
  const image = { python: options.python, base: options.base, selection: { ...nothingAsked, groups: options.groups ?? [] } };
  return choosePython({
    image,
    project: projectWith(options.requires, options.file, options.group),
    platform: amd64,
    lock: options.lock ?? emptyWherryLock,
  });
}

describe('choosePython', () => {
  it.each([
    [{}, '3.13'],
    [{ requires: '>=3.11' }, '3.13'],
    [{ requires: '>=3.13.4' }, '3.13'],
    [{ requires: '>=3.11,<3.13' }, '3.12'],
    [{ requires: '==3.11.*' }, '3.11'],
    [{ requires: '>=3.14' }, '3.14'],
    [{ requires: '!=3.13.*' }, '3.14'],
    [{ python: '3.12' }, '3.12'],
    [{ python: '3.12', file: '3.11' }, '3.12'],
    [{ file: '3.11' }, '3.11'],
    [{ file: '3.11.9' }, '3.11'],
    [{ file: 'cpython-3.12.1-linux-x86_64-gnu' }, '3.12'],
    [{ base: 'debian:12' }, '3.11'],
    [{ base: 'debian:13-noshell' }, '3.13'],
    [{ base: 'python:3.12-slim' }, undefined],
    [{ base: 'python:3.12-slim', file: '3.12' }, '3.12'],
    [{ lock: { bases: [imageEntry('python:3.14-slim')], requirements: [], sizes: {}, builds: [] } }, '3.14'],
    [{ lock: { bases: [imageEntry('python:3.14-slim'), debianEntry()], requirements: [], sizes: {}, builds: [] } }, '3.13'],
    [{ lock: { bases: [imageEntry('python:3.14-slim')], requirements: [], sizes: {}, builds: [] }, requires: '<3.14' }, '3.13'],
    [{ lock: { bases: [imageEntry('registry.example/x')], requirements: [], sizes: {}, builds: [] } }, '3.13'],
    // A group that is wanted counts, others do not.
    [{ requires: '>=3.11', group: '<3.13', groups: ['docs'] }, '3.12'],
    [{ requires: '>=3.11', group: '<3.13' }, '3.13'],
    // Of another platform: this one shall have the same.
    [{ lock: { bases: [{ ...imageEntry('python:3.14-slim'), platform: arm64 }], requirements: [], sizes: {}, builds: [] } }, '3.14'],
    [
      {
        lock: {
          bases: [imageEntry('python:3.12-slim'), { ...imageEntry('python:3.14-slim'), platform: arm64 }],
          requirements: [],
          sizes: {},
          builds: [],
        },
      },
      '3.12',
    ],
  ])('%o gives %s', (options, minor) => {
    const choice = choose(options);
    expect(choice.minor).toBe(minor);
    expect(choice.reason).toMatch(/^Python/);
  });

  it.each([
    { requires: '<3.11' },
    { requires: '>=4' },
    { python: '3.10' },
    { python: '3.15' },
    { python: '3.11', requires: '>=3.12' },
    { file: 'pypy@3.11' },
    { file: '3' },
    { base: 'debian:12', requires: '>=3.12' },
  ])('%o is refused', (options) => {
    expect(() => choose(options)).toThrow(expect.objectContaining({ code: 'PYTHON_UNUSABLE' }));
  });

  it.each(['3.14t', '3.13.5t', 'cpython-3.14+freethreaded', 'python3.14t'])('says that there is no free-threaded Python for %s', (file) => {
    expect(() => choose({ file })).toThrow(
      expect.objectContaining({ code: 'PYTHON_UNUSABLE', message: expect.stringContaining('free-threaded') }),
    );
  });

  it.each([
    [
      { python: '3.12', requires: '>=3.11', group: '>=3.13', groups: ['docs'] },
      'requires-python >=3.11 and >=3.13 (group docs of demo)',
      '3.13, 3.14',
    ],
    [{ python: '3.12', requires: '<3.12' }, 'requires-python <3.12', 'set python to 3.11 in'],
    [{ requires: '>=4' }, 'requires-python >=4 allows none', 'change requires-python'],
  ])('says who wants which Python, and what would do: %o', (options, message, hint) => {
    const error = { message: expect.stringContaining(message), hint: expect.stringContaining(hint) };
    expect(() => choose(options)).toThrow(expect.objectContaining(error));
  });

  it('names the file that asked', () => {
    expect(() => choose({ file: '2.7' })).toThrow(expect.objectContaining({ where: { file: '/p/.python-version' } }));
  });
});

describe('resolveTarget', () => {
  const resolve = (options: { python?: string; base?: string; requires?: string; lock: WherryLock; mode?: LockMode }) =>
    resolveTarget({
      image: { python: options.python, base: options.base, debian },
      project: projectWith(options.requires),
      platform: amd64,
      lock: options.lock,
      mode: options.mode ?? 'default',
      ctx: contextWith({}),
    });

  it.each(['default', 'locked'] as const)('sends no request when the lock is complete (%s)', async (mode) => {
    const lock = { bases: [debianEntry()], requirements: [], sizes: {}, builds: [] };
    const { target, lock: after } = await resolve({ lock, mode });
    expect(after).toBe(lock);
    expect(target).toMatchObject({
      pythonMinor: '3.13',
      baseName: 'debian:13',
      base: { python: { version: '3.13.5' }, libc: { version: '2.41' } },
    });
    expect(target.reasons).toEqual(['Python 3.13: wherry.lock has its base', 'base debian:13: the default for Python 3.13']);
  });

  it('takes the Python of a configured image', async () => {
    const { target } = await resolve({
      base: 'registry.example/x:1',
      lock: { bases: [imageEntry('registry.example/x:1')], requirements: [], sizes: {}, builds: [] },
    });
    expect(target).toMatchObject({ pythonMinor: '3.12', baseName: 'registry.example/x:1' });
  });

  it('adds nothing in locked mode', async () => {
    await expect(resolve({ lock: emptyWherryLock, mode: 'locked' })).rejects.toMatchObject({
      code: 'WHERRY_LOCK_INCOMPLETE',
      message: 'wherry.lock lacks the base debian:13 for linux/amd64',
      hint: expect.stringContaining('wherry lock'),
    });
  });

  it.each([
    ['debian:13', '3.12', 'python:3.12-slim'],
    ['debian:12', '3.13', 'debian:13'],
    ['debian:13-noshell', '3.11', 'debian:12'],
    ['registry.example/x:1', '3.13', 'debian:13'],
  ])('refuses %s with Python %s and names a base that fits', async (base, python, hint) => {
    const lock = { bases: [imageEntry('registry.example/x:1')], requirements: [], sizes: {}, builds: [] };
    await expect(resolve({ base, python, lock })).rejects.toMatchObject({
      code: 'BASE_PYTHON_MISMATCH',
      hint: expect.stringContaining(`"${hint}"`),
    });
  });

  it('refuses a patch release outside of requires-python', async () => {
    const lock = { bases: [debianEntry()], requirements: [], sizes: {}, builds: [] };
    await expect(resolve({ lock, requires: '>=3.13.6' })).rejects.toMatchObject({ code: 'BASE_PYTHON_MISMATCH' });
  });

  it('refuses an image with a Python that is too old', async () => {
    const lock = { bases: [imageEntry('registry.example/x:1', '3.9.2')], requirements: [], sizes: {}, builds: [] };
    await expect(resolve({ base: 'registry.example/x:1', lock })).rejects.toMatchObject({ code: 'PYTHON_UNUSABLE' });
  });
});
