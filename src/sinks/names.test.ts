import { describe, expect, it } from 'vitest';
import { imageName } from './index.ts';

describe('imageName', () => {
  it.each([
    ['site', 'docker.io/library/site:latest', 'site:latest'],
    ['site:1.2', 'docker.io/library/site:1.2', 'site:1.2'],
    ['acme/site', 'docker.io/acme/site:latest', 'acme/site:latest'],
    ['docker.io/library/site:1', 'docker.io/library/site:1', 'site:1'],
    ['localhost/site', 'localhost/site:latest', 'localhost/site:latest'],
    ['localhost:5000/site', 'localhost:5000/site:latest', 'localhost:5000/site:latest'],
    ['registry.example/a/b:t', 'registry.example/a/b:t', 'registry.example/a/b:t'],
    [`site:1@sha256:${'0'.repeat(64)}`, 'docker.io/library/site:1', 'site:1'],
  ])('reads %s', (reference, full, familiar) => {
    expect(imageName(reference)).toMatchObject({ full, familiar });
  });
});
