import { describe, expect, it } from 'vitest';
import { allowedGit } from './allowed.ts';

const layout = { top: '/build/source', root: '/build/source', directory: '/build/source' };
const allowed = (line: readonly string[]) => allowedGit(line, layout);

/** What tools really ask: setuptools-scm, versioningit, versioneer, dunamai, poetry-core, pdm-backend. */
const asked = [
  ['--version'],
  ['rev-parse', '--show-toplevel'],
  ['rev-parse', '--show-prefix'],
  ['rev-parse', '--verify', '--quiet', 'HEAD'],
  ['rev-parse', '--abbrev-ref', 'HEAD'],
  ['status', '--porcelain', '--untracked-files=no'],
  ['describe', '--dirty', '--tags', '--long', '--abbrev=40', '--match', '*[0-9]*'],
  ['describe', '--tags', '--long', '--dirty', '--always', '--match=v*'],
  ['log', '-n', '1', 'HEAD', '--format=%cI'],
  ['log', '--simplify-by-decoration', '--topo-order', '--decorate=full', 'HEAD', '--format=%H%d'],
  ['show', '-s', '--format=%ci', 'HEAD'],
  ['rev-list', '--count', 'HEAD'],
  ['symbolic-ref', '--short', '-q', 'HEAD'],
  ['ls-files', '--others', '-i', '--exclude-standard'],
  ['ls-files', '--error-unmatch', '.'],
  ['ls-files', '-z', '-s', '--', '.', ':(exclude,attr:export-ignore)'],
  ['for-each-ref', 'refs/tags/**', '--format', '%(refname)@{%(objectname)'],
  ['tag', '--points-at', 'HEAD'],
  ['branch', '--show-current'],
  ['archive', '--prefix', '/build/source/', 'HEAD'],
];

describe('allowedGit', () => {
  it.each(asked)('lets a question through: %s %s', (...words) => {
    const line = words.filter((word) => word !== undefined);
    expect(allowed(line)).toEqual(line);
  });

  it('leaves out words before the command that name the tree itself', () => {
    expect(allowed(['--git-dir', '/build/source/.git', 'rev-parse', 'HEAD'])).toEqual(['rev-parse', 'HEAD']);
    expect(allowed(['--no-pager', '-c', 'log.showSignature=false', 'log', '-1'])).toEqual(['log', '-1']);
    expect(allowed(['-c', 'core.abbrev=auto', 'describe', '--tags'])).toEqual(['describe', '--tags']);
    expect(allowed(['-C', '/build/source', 'status', '--porcelain'])).toEqual(['status', '--porcelain']);
  });

  it('names paths by the top level, which is elsewhere on the host', () => {
    const words = ['ls-files', '--error-unmatch', '/build/source/a/b.py'];
    expect(allowed(words)).toEqual(['ls-files', '--error-unmatch', ':(top,literal)a/b.py']);
  });

  it.each([
    [],
    ['push'],
    ['fetch'],
    ['clone', 'ext::sh -c id'],
    ['commit', '-m', 'x'],
    ['config', '--list'],
    ['remote', '-v'],
    ['constructor'],
    ['--exec-path=/tmp', 'status'],
    ['-c', 'core.fsmonitor=/tmp/x', 'status'],
    ['-c', 'alias.status=!id', 'status'],
    ['--git-dir', '/etc/.git', 'status'],
    ['-C', '/etc', 'status'],
    ['status', '--porcelain', 'x'],
    ['log', '--output=/tmp/x'],
    ['log', '-p', '--ext-diff'],
    ['log', '--format=%G?'],
    ['log', '--pretty=%H%n%GK'],
    ['show', 'HEAD'],
    ['for-each-ref', '--format=%(signature)'],
    ['for-each-ref', '--format', '%(signature:key)'],
    ['describe', '--match'],
    ['describe', '-x'],
    ['rev-parse', '--git-path', 'config'],
    ['rev-parse', '--parseopt'],
    ['tag', 'v9'],
    ['tag', '-d', 'v1'],
    ['branch', 'x'],
    ['branch', '-D', 'main', '--list'],
    ['ls-files', '../other'],
    ['ls-files', '--', '/etc'],
    ['ls-files', ':(glob)x'],
    ['ls-files', ':(top)../x'],
    ['ls-files', '/build/source/../x'],
    ['ls-files', '/build/sourcery'],
    ['symbolic-ref', '-d', 'HEAD'],
    ['archive', '--output=/tmp/x', 'HEAD'],
    ['archive', '--remote=ssh://x', 'HEAD'],
    ['archive', '--format=tar.gz', 'HEAD'],
    ['rev-list', '--use-bitmap-index', 'HEAD'],
    ['rev-list', '--format=%G?', 'HEAD'],
    ['log', 'HEAD\n--output=x'],
  ])('lets nothing else through: %s %s', (...words) => {
    expect(allowed(words.filter((word) => word !== undefined))).toBeUndefined();
  });
});
