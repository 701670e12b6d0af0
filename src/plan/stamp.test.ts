import { expect, it } from 'vitest';
import { stampAnnotations } from './stamp.ts';

const moment = { revision: 'c0ffee', created: 1_700_000_000 };

it('is empty without stamp, whatever is known', () => {
  expect(stampAnnotations({ stamp: [] }, moment)).toEqual({});
});

it('names the commit and the date where they are asked for', () => {
  expect(stampAnnotations({ stamp: ['revision', 'created'] }, moment)).toEqual({
    'org.opencontainers.image.revision': 'c0ffee',
    'org.opencontainers.image.created': '2023-11-14T22:13:20Z',
  });
});

it('refuses a revision that nobody knows', () => {
  expect(() => stampAnnotations({ stamp: ['revision'] }, { ...moment, revision: undefined })).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', hint: expect.stringContaining('stamp') }),
  );
});
