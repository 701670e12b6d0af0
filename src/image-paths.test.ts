import { describe, expect, it } from 'vitest';
import { entryPath, isBaseDirectory, ownParents } from './image-paths.ts';

describe('isBaseDirectory', () => {
  it.each(['usr', 'usr/lib', 'usr/local', 'usr/local/bin', 'etc', 'var/log', 'home', 'opt', 'lib64', 'tmp', ''])('knows %j', (path) => {
    expect(isBaseDirectory(path)).toBe(true);
  });

  it.each(['app', 'app/data', 'home/app', 'opt/venv', 'usr/local/bin/tool', 'usr/share/site', 'var/lib/site', 'srv/www', 'etc/site/conf'])(
    'leaves us %j',
    (path) => {
      expect(isBaseDirectory(path)).toBe(false);
    },
  );
});

describe('ownParents', () => {
  it('lists ours, outermost first', () => {
    expect(ownParents('app/a/b.py')).toEqual(['app', 'app/a']);
    expect(ownParents('usr/local/bin/site')).toEqual([]);
    expect(ownParents('opt/site/data')).toEqual(['opt/site']);
    expect(ownParents('app')).toEqual([]);
  });
});

describe('entryPath', () => {
  it('drops the leading slash and empty segments', () => {
    expect(entryPath('/app//data/')).toBe('app/data');
    expect(entryPath('/app/./x')).toBe('app/x');
  });
});
