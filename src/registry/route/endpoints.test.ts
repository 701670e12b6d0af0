import { describe, expect, it } from 'vitest';
import { formatPlace, type Place, parsePlace } from '../place.ts';
import { parseReference } from '../reference.ts';
import { type EndpointRules, endpointsOf, isInsecure, type ProjectMirror, type RegistryRule, type Use } from './endpoints.ts';

const place = (text: string): Place => parsePlace(text) ?? { registry: '', path: text };

interface Table {
  readonly prefix: string;
  readonly location?: string;
  readonly insecure?: boolean;
  readonly blocked?: boolean;
  readonly mirrors?: readonly [location: string, pulls?: 'all' | 'digest-only' | 'tag-only'][];
}

function rule({ prefix, location, insecure = false, blocked = false, mirrors = [] }: Table): RegistryRule {
  const wildcard = prefix.startsWith('*.');
  return {
    prefix: wildcard ? { kind: 'below', domain: prefix.slice(2) } : { kind: 'place', place: place(prefix) },
    location: location === undefined ? (wildcard ? undefined : place(prefix)) : place(location),
    insecure,
    blocked,
    mirrors: mirrors.map(([name, pulls = 'all']) => ({ location: place(name), insecure: name.startsWith('plain.'), pulls })),
    file: '/etc/containers/registries.conf',
  };
}

function settings(
  tables: readonly Table[],
  more: { mirrors?: readonly ProjectMirror[]; insecure?: readonly string[] } = {},
): EndpointRules {
  return { rules: tables.map(rule), mirrors: [], insecure: [], ...more };
}

/** `host/path`, with `!` for an insecure one. */
function names(reference: string, given: EndpointRules, use: Use = 'tag'): string[] {
  const { registry, repository } = parseReference(reference);
  return endpointsOf({ registry, repository }, given, use).map(
    (endpoint) => `${formatPlace({ registry: endpoint.registry, path: endpoint.repository })}${endpoint.insecure ? '!' : ''}`,
  );
}

describe('endpointsOf', () => {
  it('is the registry itself without settings', () => {
    expect(names('python', settings([]))).toEqual(['docker.io/library/python']);
    expect(names('r.example:5000/a', settings([]))).toEqual(['r.example:5000/a']);
  });

  it('lists mirrors in their order, then the registry; for pushes the registry alone', () => {
    const given = settings([{ prefix: 'docker.io', mirrors: [['plain.example/hub'], ['m.example']] }]);
    expect(names('python', given)).toEqual(['plain.example/hub/library/python!', 'm.example/library/python', 'docker.io/library/python']);
    expect(names('python', given, 'origin')).toEqual(['docker.io/library/python']);
    expect(names('quay.example/python', given)).toEqual(['quay.example/python']);
  });

  it('keeps to what mirrors are for', () => {
    const mirrors = [['tags.example', 'tag-only'] as const, ['digests.example', 'digest-only'] as const, ['both.example'] as const];
    const given = settings([{ prefix: 'r.example', mirrors: mirrors.map(([name, pulls]) => [name, pulls ?? 'all']) }]);
    expect(names('r.example/a', given, 'tag')).toEqual(['tags.example/a', 'both.example/a', 'r.example/a']);
    expect(names('r.example/a', given, 'digest')).toEqual(['digests.example/a', 'both.example/a', 'r.example/a']);
  });

  it('takes the longest prefix, by whole segments, and a host before a wildcard', () => {
    const given = settings([
      { prefix: 'r.example/team', location: 'team.example/x' },
      { prefix: '*.example', location: 'wild.example' },
      { prefix: 'r.example', location: 'all.example' },
      { prefix: '*.corp.example', location: 'corp.example/y' },
    ]);
    expect(names('r.example/team/app', given)).toEqual(['team.example/x/app']);
    expect(names('r.example/team', given)).toEqual(['team.example/x']);
    expect(names('r.example/team2/app', given)).toEqual(['all.example/team2/app']);
    expect(names('s.example:5000/a', given)).toEqual(['wild.example/a']);
    expect(names('s.corp.example/a', given)).toEqual(['corp.example/y/a']);
    expect(names('example.com/a', given)).toEqual(['example.com/a']);
  });

  it('rewrites names for pushes too', () => {
    expect(names('r.example/a', settings([{ prefix: 'r.example', location: 'new.example/old' }]), 'origin')).toEqual(['new.example/old/a']);
    expect(names('r.example/python', settings([{ prefix: 'r.example', location: 'docker.io' }]))).toEqual(['docker.io/library/python']);
    expect(names('x.r.example/a', settings([{ prefix: '*.r.example', insecure: true }]))).toEqual(['x.r.example/a!']);
  });

  it('refuses what is blocked, mirrors or not, and names that vanish', () => {
    const blocked = settings([{ prefix: 'r.example/team', blocked: true, mirrors: [['m.example']] }]);
    expect(() => names('r.example/team/a', blocked)).toThrow(expect.objectContaining({ code: 'REGISTRY_BLOCKED' }));
    expect(names('r.example/other', blocked)).toEqual(['r.example/other']);
    const vanishing = settings([{ prefix: 'r.example/a', location: 'm.example' }]);
    expect(() => names('r.example/a', vanishing)).toThrow(expect.objectContaining({ code: 'REGISTRY_CONFIG' }));
  });

  it('asks mirrors of the project after those of the machine, and judges them as registries of their own', () => {
    const mirrors = [
      { prefix: place('docker.io'), location: place('p.example/hub') },
      { prefix: place('docker.io/library'), location: place('q.example/lib') },
      { prefix: place('docker.io/library'), location: place('m.example/library') },
    ];
    const given = settings(
      [
        { prefix: 'docker.io', mirrors: [['m.example']] },
        { prefix: 'q.example', insecure: true },
      ],
      { mirrors },
    );
    expect(names('python', given)).toEqual(['q.example/lib/python!', 'm.example/library/python', 'docker.io/library/python']);
    expect(names('acme/app', given)).toEqual(['m.example/acme/app', 'p.example/hub/acme/app', 'docker.io/acme/app']);
    const blocked = settings([{ prefix: 'p.example', blocked: true }], { mirrors });
    expect(() => names('acme/app', blocked)).toThrow(expect.objectContaining({ code: 'REGISTRY_BLOCKED' }));
  });

  it('calls insecure what the user, a rule or a mirror calls so, with its port', () => {
    const given = settings([{ prefix: 'r.example', mirrors: [['m.example:81']] }], { insecure: ['m.example:81', 'r.example:5000'] });
    expect(names('r.example/a', given)).toEqual(['m.example:81/a!', 'r.example/a']);
    expect(names('r.example:5000/a', given)).toEqual(['r.example:5000/a!']);
    expect(isInsecure(place('r.example:5000'), given)).toBe(true);
    expect(isInsecure(place('r.example'), given)).toBe(false);
    expect(isInsecure(place('s.example'), settings([{ prefix: 's.example', insecure: true }]))).toBe(true);
  });
});
