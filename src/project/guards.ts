/** Directories that tools make and that never belong into an image (DESIGN §7). */
const caches: Readonly<Record<string, string>> = {
  '.git': 'version control',
  '.hg': 'version control',
  '.svn': 'version control',
  __pycache__: 'cache',
  '.mypy_cache': 'cache',
  '.pytest_cache': 'cache',
  '.ruff_cache': 'cache',
  '.hypothesis': 'cache',
  '.ipynb_checkpoints': 'cache',
  '.pytype': 'cache',
  '.uv-cache': 'cache',
  '.tox': 'environments of test tools',
  '.nox': 'environments of test tools',
  '.eggs': 'build cache',
  node_modules: 'packages of another tool',
};

/** Why a name never enters an image, by name alone; undefined if it may. `.git` can be a file too (worktrees, submodules). */
export function guardedName(name: string, isDirectory: boolean): { readonly reason: string; readonly secret: boolean } | undefined {
  if (/^\.env/.test(name) && name !== '.env.example') return { reason: 'may hold secrets', secret: true };
  if (name === '.git' || (isDirectory && Object.hasOwn(caches, name))) return { reason: caches[name] ?? 'cache', secret: false };
  if (isDirectory && name.endsWith('.egg-info')) return { reason: 'build cache', secret: false };
  if (!isDirectory && /\.py[co]$/.test(name)) return { reason: 'compiled Python', secret: false };
  if (!isDirectory && (name === '.coverage' || name === '.DS_Store')) return { reason: 'written by a tool', secret: false };
  return undefined;
}

/** Why a directory never enters an image, by the names in it: a virtual environment of the host, or an image layout that was written here. */
export function guardedDirectory(names: ReadonlySet<string>): string | undefined {
  if (names.has('pyvenv.cfg')) return 'virtual environment of this host';
  if (names.has('oci-layout') && names.has('index.json')) return 'an OCI image layout';
  return undefined;
}

const beginsKey =
  /^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[ \t]*\r?\n(?:[^\n]*\n){1,4096}?-----END (?:[A-Z0-9]+ )*PRIVATE KEY/m;

/**
 * Whether text holds a whole private key: a BEGIN line of its own (RFC 7468, OpenSSH, PGP armour), data and an END line.
 * Source code that only mentions the marker in a string is not one.
 */
export function holdsPrivateKey(text: string): boolean {
  return text.includes('PRIVATE KEY') && beginsKey.test(text);
}

/** Whether content asks for mode 0755: `#!` or the ELF magic (DESIGN §2). */
export function startsAsProgram(head: Uint8Array): boolean {
  const script = head[0] === 0x23 && head[1] === 0x21;
  return script || (head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46);
}

/** What follows `#!` in the first line: the interpreter and its argument. Undefined for other content. */
export function interpreterOf(head: Uint8Array): string | undefined {
  if (head[0] !== 0x23 || head[1] !== 0x21) return undefined;
  // The kernel reads no more than 256 bytes of the line.
  const [line = ''] = new TextDecoder().decode(head.subarray(2, 256)).split('\n');
  return line.trim();
}
