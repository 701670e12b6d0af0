import { describe, expect, it } from 'vitest';
import { findHosts } from '../scripts/hosts.ts';

// Assembled, so that this file passes its own check.
const foreign = (name: string): string => [name, 'somewhere', 'org'].join('.');
const allowed = new Set(['peps.python.org']);

describe('findHosts', () => {
  it.each([
    'see https://peps.python.org/pep-0440',
    'https://index.example/simple',
    'http://127.0.0.1:5000/v2/',
    'http://[::1]:80',
    'https://user:secret@index.example/x',
    'file:///app/x',
    'http://10.0.0.1/',
  ])('lets %j pass', (text) => {
    expect(findHosts(text, allowed, ['files.registry.invalid-name'])).toEqual([]);
  });

  it.each([
    [`https://${foreign('downloads')}/x`, foreign('downloads')],
    [`a\nb https://user:pass@${foreign('HOST')}:8443/x`, foreign('host')],
    [`git+ssh://${foreign('git')}/x`, foreign('git')],
  ])('finds the host in %j', (text, name) => {
    expect(findHosts(text, allowed, [])).toEqual([{ line: text.split('\n').length, name }]);
  });

  it('finds refused names without a scheme too', () => {
    expect(findHosts(`deb ${foreign('mirror')} stable`, allowed, [foreign('mirror')])).toEqual([{ line: 1, name: foreign('mirror') }]);
  });
});
