import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { describeChanges } from './changes.ts';
import { debianEntry, debianPackage, imageEntry } from './fixture.ts';
import { emptyWherryLock, type WherryLock } from './wherry-lock.ts';

const entry = debianEntry();
const lock: WherryLock = { bases: [entry], requirements: [], sizes: {}, builds: [] };

describe('describeChanges', () => {
  it('is empty for equal locks', () => {
    expect(describeChanges(lock, lock)).toEqual([]);
  });

  it('names a new base and a removed one', () => {
    expect(describeChanges(emptyWherryLock, lock)).toEqual([
      expect.stringMatching(/^debian:13 linux\/amd64: added, Python 3\.13\.\d+, \d+ packages$/),
    ]);
    expect(describeChanges(lock, emptyWherryLock)).toEqual(['debian:13 linux/amd64: removed']);
    expect(
      describeChanges(emptyWherryLock, { bases: [imageEntry('python:3.12-slim')], requirements: [], sizes: {}, builds: [] })[0],
    ).toContain('python:3.12-slim linux/amd64: added');
  });

  it('names every package that changed, came or went', () => {
    const [first, ...others] = entry.base.packages;
    const changed = {
      ...entry,
      base: { ...entry.base, packages: [{ ...first, version: '99' }, ...others.slice(1), debianPackage('brand-new')] },
    } as typeof entry;
    const lines = describeChanges(lock, { bases: [changed], requirements: [], sizes: {}, builds: [] });
    expect(lines).toContain(`debian:13 linux/amd64: ${first?.name} ${first?.version} → 99`);
    expect(lines).toContainEqual(expect.stringContaining('brand-new (new) → '));
    expect(lines).toContain(`debian:13 linux/amd64: ${others[0]?.name} removed`);
    expect(lines.length).toBe(3);
  });

  it('counts new sizes', () => {
    expect(describeChanges(lock, { ...lock, sizes: { [digestOf('a')]: 1 } })).toEqual(['sizes of 1 wheel that uv.lock does not give']);
  });
});
