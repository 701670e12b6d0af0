import { describe, expect, it } from 'vitest';
import type { BaseFacts } from '../base/facts.ts';
import { planAccounts } from './accounts.ts';

const base = { passwd: 'root:*:0:0:root:/root:/usr/sbin/nologin\n', group: 'root:*:0:\n' } as BaseFacts;
const user = { name: 'app', uid: 1001, gid: 1002 };

function textOf(accounts: ReturnType<typeof planAccounts>, path: string): string | undefined {
  const entry = accounts.entries.find((item) => item.path === path);
  return entry?.type === 'file' ? accounts.texts[entry.sha256] : undefined;
}

describe('planAccounts', () => {
  it("adds the run user to the base's accounts and makes its home", () => {
    const accounts = planAccounts(base, user, '/app');
    expect(textOf(accounts, 'etc/passwd')).toBe(`${base.passwd}app:*:1001:1002:app:/home/app:/usr/sbin/nologin\n`);
    expect(textOf(accounts, 'etc/group')).toBe(`${base.group}app:*:1002:\n`);
    expect(accounts.entries).toContainEqual(expect.objectContaining({ path: 'home/app', type: 'directory', uid: 1001, gid: 1002 }));
    expect(accounts.home).toBe('/home/app');
  });

  it('never lists directories of the base', () => {
    const paths = planAccounts(base, user, '/app')
      .entries.filter((entry) => entry.type === 'directory')
      .map((entry) => entry.path);
    expect(paths.sort()).toEqual(['app', 'home/app']);
  });

  it('keeps an account that the base already has', () => {
    const same = { ...base, passwd: `${base.passwd}app:x:1001:1001::/home/app:/bin/sh\n`, group: `${base.group}app:x:1002:\n` };
    const accounts = planAccounts(same, user, '/app');
    expect(textOf(accounts, 'etc/passwd')).toBe(same.passwd);
    expect(textOf(accounts, 'etc/group')).toBe(same.group);
  });

  it('refuses an account of the same name with another id', () => {
    const other = { ...base, passwd: `${base.passwd}app:x:500:500::/:/bin/sh\n` };
    expect(() => planAccounts(other, user, '/app')).toThrow(
      expect.objectContaining({ code: 'ACCOUNT_CONFLICT', hint: expect.stringContaining('uid = 500') }),
    );
  });

  it('leaves the accounts alone for root', () => {
    const accounts = planAccounts(base, { name: 'root', uid: 0, gid: 0 }, '/srv/site');
    expect(accounts.entries.map((entry) => entry.path)).toEqual(['srv/site']);
    expect(accounts.home).toBe('/root');
  });
});
