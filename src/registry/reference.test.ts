import { describe, expect, it } from 'vitest';
import { apiHost, formatReference, parseReference } from './reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('parseReference', () => {
  it.each([
    ['python', 'docker.io/library/python:latest'],
    ['python:3.13-slim', 'docker.io/library/python:3.13-slim'],
    ['docker.io/python', 'docker.io/library/python:latest'],
    ['index.docker.io/library/python', 'docker.io/library/python:latest'],
    ['team/app', 'docker.io/team/app:latest'],
    ['ghcr.io/team/app__x/a.b-c:V1_.-', 'ghcr.io/team/app__x/a.b-c:V1_.-'],
    ['localhost/app', 'localhost/app:latest'],
    ['localhost:5000/app:1', 'localhost:5000/app:1'],
    ['[::1]:5000/app:1', '[::1]:5000/app:1'],
    [`registry.example/app@${digest}`, `registry.example/app@${digest}`],
    [`registry.example:8443/app:1@${digest}`, `registry.example:8443/app:1@${digest}`],
  ])('%s', (text, expected) => {
    expect(formatReference(parseReference(text))).toBe(expected);
    expect(parseReference(expected)).toEqual(parseReference(text));
  });

  it.each([
    '',
    ':tag',
    'Python',
    'team//app',
    'team/app:',
    'app:-x',
    `app:${'x'.repeat(129)}`,
    'app@sha256:12',
    `app@${digest}@${digest}`,
    '../app',
    'a/../b',
    'app?x=1',
    'https://registry.example/app',
    'registry.example/',
    `registry.example/${'a'.repeat(255)}`,
    'user:pw@registry.example/app',
    'reg_istry.example/app',
    'app\n',
  ])('refuses %j', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'REFERENCE_INVALID' }));
  });

  it('sends names without a host to the default registry', () => {
    expect(apiHost(parseReference('python').registry)).toBe('registry-1.docker.io');
    expect(apiHost('localhost:5000')).toBe('localhost:5000');
  });
});
