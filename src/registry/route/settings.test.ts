import { describe, expect, it } from 'vitest';
import { registrySettings, withMirrors } from './settings.ts';

describe('registrySettings', () => {
  it('takes hosts from flags and from the environment', () => {
    const settings = registrySettings({ WHERRY_INSECURE: 'a.example:5000, b.example,' }, ['c.example']);
    expect(settings.insecure).toEqual(['c.example', 'a.example:5000', 'b.example']);
  });

  it.each(['http://a.example', 'a.example/team', '', '*', 'a b'])('refuses %j', (host) => {
    expect(() => registrySettings({}, [host])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('withMirrors', () => {
  it('adds the mirrors of a project, and shares what was learned', () => {
    const settings = registrySettings({}, ['a.example']);
    const mirrored = withMirrors(settings, { 'index.docker.io': ['m.example/hub'], 'r.example/team': ['n.example:5000'] });
    expect(mirrored).toMatchObject({
      insecure: ['a.example'],
      mirrors: [
        { prefix: { registry: 'docker.io', path: '' }, location: { registry: 'm.example', path: 'hub' } },
        { prefix: { registry: 'r.example', path: 'team' }, location: { registry: 'n.example:5000', path: '' } },
      ],
    });
    expect(mirrored?.learned).toBe(settings.learned);
    expect(withMirrors(settings, {})).toBe(settings);
  });

  it.each(['localhost:5000', '127.0.0.1', '10.1.2.3/hub', '[::1]:5000', '192.168.0.1'])(
    'refuses %s, which a repository may not choose',
    (mirror) => {
      expect(() => withMirrors(undefined, { 'docker.io': [mirror] })).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID', hint: expect.stringContaining('registries.conf') }),
      );
    },
  );
});
