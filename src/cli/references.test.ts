import { describe, expect, it } from 'vitest';
import { references } from './references.ts';

const image = { name: 'site', repository: undefined, tags: ['latest'] };

describe('references', () => {
  it('uses the configured tags under the bare name', () => {
    expect(references(image, undefined)).toEqual(['site:latest']);
  });

  it('puts the repository in front', () => {
    expect(references({ ...image, repository: 'registry.example/acme', tags: ['1', 'latest'] }, [])).toEqual([
      'registry.example/acme/site:1',
      'registry.example/acme/site:latest',
    ]);
  });

  it('takes -t as a tag or as a whole reference, and nothing twice', () => {
    expect(references(image, ['1.2', 'other:3', 'registry.example/x', '1.2'])).toEqual(['site:1.2', 'other:3', 'registry.example/x']);
  });

  it('falls back to latest', () => {
    expect(references({ ...image, tags: [] }, undefined)).toEqual(['site:latest']);
  });
});
