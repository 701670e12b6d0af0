import type { BaseFacts } from '../base/facts.ts';
import type { UserSpec } from '../config/types.ts';
import { type Digest, digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { entryPath, ownParents } from '../image-paths.ts';
import { epoch } from '../tar/types.ts';
import type { FileEntry } from './recipe.ts';

export interface Accounts {
  readonly entries: readonly FileEntry[];
  readonly texts: Readonly<Record<Digest, string>>;
  /** The run user's home directory, absolute. */
  readonly home: string;
}

/** /etc/passwd and /etc/group with the run user added to the base's accounts, and the home directory. */
export function planAccounts(base: BaseFacts, user: UserSpec, workdir: string): Accounts {
  const workEntry = directory(entryPath(workdir), 0, 0, 0o755);
  if (user.uid === 0) return { entries: [workEntry], texts: {}, home: '/root' };
  const home = `/home/${user.name}`;
  const passwd = addAccount(base.passwd, { kind: 'user', name: user.name, id: user.uid }, passwdLine(user, home));
  const group = addAccount(base.group, { kind: 'group', name: user.name, id: user.gid }, `${user.name}:*:${user.gid}:`);
  const files = [textFile('etc/passwd', passwd), textFile('etc/group', group)];
  return {
    entries: [...parentsOf(workdir), workEntry, ...files.map((file) => file.entry), directory(entryPath(home), user.uid, user.gid, 0o755)],
    texts: Object.fromEntries(files.map((file) => [file.sha256, file.text])),
    home,
  };
}

function parentsOf(workdir: string): FileEntry[] {
  return ownParents(entryPath(workdir)).map((path) => directory(path, 0, 0, 0o755));
}

function passwdLine(user: UserSpec, home: string): string {
  return `${user.name}:*:${user.uid}:${user.gid}:${user.name}:${home}:/usr/sbin/nologin`;
}

/** Appends a line unless the base already has exactly this account; an account of the same name with another id is refused. */
function addAccount(text: string, account: { kind: 'user' | 'group'; name: string; id: number }, line: string): string {
  const lines = text.split('\n').filter((existing) => existing !== '');
  const existing = lines.map((entry) => entry.split(':')).find(([name]) => name === account.name);
  if (existing !== undefined && existing[2] !== String(account.id)) {
    throw new ToolError(
      'ACCOUNT_CONFLICT',
      `the base already has a ${account.kind} ${account.name} with id ${existing[2]}, not ${account.id}`,
      {
        hint: `set user = { name = "${account.name}", uid = ${existing[2]} }, or choose another name`,
      },
    );
  }
  return `${(existing === undefined ? [...lines, line] : lines).join('\n')}\n`;
}

function directory(path: string, uid: number, gid: number, mode: number): FileEntry {
  return { type: 'directory', path, mode, uid, gid, mtime: epoch };
}

function textFile(path: string, text: string): { entry: FileEntry; sha256: Digest; text: string } {
  const sha256 = digestOf(text);
  const entry: FileEntry = { type: 'file', path, sha256, size: Buffer.byteLength(text), mode: 0o644, uid: 0, gid: 0, mtime: epoch };
  return { entry, sha256, text };
}
