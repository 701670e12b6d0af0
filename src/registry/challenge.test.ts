import { describe, expect, it } from 'vitest';
import { parseChallenges } from './challenge.ts';

describe('parseChallenges', () => {
  it('reads quoted and plain parameters, commas inside quotes, and several challenges', () => {
    expect(
      parseChallenges('Bearer realm="https://a.example/t?x=1",service=reg,scope="repository:a:pull,push", Basic realm="x \\"y\\""'),
    ).toEqual([
      { scheme: 'bearer', parameters: { realm: 'https://a.example/t?x=1', service: 'reg', scope: 'repository:a:pull,push' } },
      { scheme: 'basic', parameters: { realm: 'x "y"' } },
    ]);
  });

  it('reads a scheme without parameters', () => {
    expect(parseChallenges('Negotiate, Basic Realm="r"')).toEqual([
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'r' } },
    ]);
  });

  it.each(['', '"', '=', 'realm="x"'])('finds none in %j', (header) => expect(parseChallenges(header)).toEqual([]));
});
