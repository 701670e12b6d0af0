import { describe, expect, it } from 'vitest';
import { callsOfFile, programsCalled } from './shell-calls.ts';

describe('programsCalled', () => {
  it.each([
    ['mkdir -p "$HOME/state"\nexec gunicorn site.wsgi', ['gunicorn', 'mkdir']],
    ['set -eu # cat\n# sleep 1\n  date; id&&ls||cut -c1 | sort -u', ['cut', 'date', 'id', 'ls', 'set', 'sort']],
    ['if ! mkdir /x; then sleep 1; else rm -f x; fi', ['mkdir', 'rm', 'sleep']],
    ['A=1 B="x y" env true', ['env']],
    ['echo "$(cat /run/secret) and `head -n 1 x`"', ['cat', 'echo', 'head']],
    ['X=$(sed s/a/b/ "$(basename "$0")")', ['basename', 'sed']],
    ['echo \'mkdir; cat\' "a; sleep 1" \\; touch x', ['echo']],
    ['mkdir -p a \\\n  b\n', ['mkdir']],
    ['cat <<END\nrm -rf /\nEND\ntouch x\n', ['cat', 'touch']],
    ["cat <<-'E' > x\n\tdate\n\tE\nls", ['cat', 'ls']],
    ['wait_for() {\n  sleep 1\n}\nwait_for && tail -f x', ['sleep', 'tail']],
    ['command -v curl > /dev/null && curl -s x', []],
    ['"$RUN" x; $RUN y; ./start; /bin/mkdir x; $A-b', []],
    ['n=$((1 + 2)); seq $n', ['seq']],
    ['x="unfinished; rm x', []],
    ['', []],
  ])('of %j are %j', (script, expected) => {
    expect(programsCalled(script)).toEqual(expected);
  });
});

it('reads no large file', () => {
  expect(callsOfFile(Buffer.from(`#!/bin/sh\nmkdir x\n${'#'.repeat(64 * 1024)}`))).toEqual([]);
});

it.each([
  ['/bin/sh', true],
  ['/bin/sh -e', true],
  ['/usr/bin/env bash', true],
  ['/bin/dash', true],
  ['/usr/bin/python3', false],
  ['/bin/zsh', false],
  ['/opt/sh/run', false],
])('a file that %s runs is a shell script: %s', (interpreter, expected) => {
  expect(callsOfFile(Buffer.from(`#!${interpreter}\nmkdir x\n`))).toEqual(expected ? ['mkdir'] : []);
});
