import { append, at, drop, follow, isTable, type Source, set, setString, sourceOf, strings, swap, type Table, without } from './edits.ts';

/** A change that any project may see after it was locked; undefined text where the project has nothing of the kind. */
export interface Change {
  readonly name: string;
  readonly edit: (source: Source, facts: Facts) => string | undefined;
}

/** What changes need to know of the lock. */
export interface Facts {
  /** A package of the lock that the project does not ask for itself. */
  readonly indirect: string;
  /** Locked version of a direct dependency. */
  readonly versionOf: (name: string) => string | undefined;
}

type Edit = Change['edit'];

/** Requirements in `project.dependencies` that are a name with a specifier and nothing else. */
function plain({ data }: Source): readonly string[] {
  return strings(at(data, 'project', 'dependencies')).filter((text) => /^[\w.-]+\s*[<>=!~][^;@[\]]*$/.test(text));
}

function nameIn(requirement: string): string {
  return /^[\w.-]+/.exec(requirement)?.[0] ?? '';
}

/** Changes one of the plain requirements: the first, or the last, so that more than one place is met. */
function requirement(change: (text: string, facts: Facts) => string | undefined, which: 0 | -1 = 0): Edit {
  return (source, facts) => {
    const text = plain(source).at(which);
    const other = text === undefined ? undefined : change(text, facts);
    return text === undefined || other === undefined || other === text ? undefined : swap(source, text, other);
  };
}

const dependencies: readonly Change[] = [
  { name: 'dependency removed', edit: (source) => dropped(source, plain(source)[0]) },
  { name: 'last dependency removed', edit: (source) => dropped(source, plain(source).at(-1)) },
  { name: 'dependency added that is locked already', edit: (source, { indirect }) => followed(source, plain(source)[0], indirect) },
  { name: 'dependency named twice', edit: (source) => followed(source, plain(source)[0], plain(source)[0]) },
  { name: 'specifier left out', edit: requirement(nameIn) },
  { name: 'upper bound added', edit: requirement((text) => `${text},<9999`) },
  { name: 'lower bound added', edit: requirement((text) => `${text},>=0.0.1`, -1) },
  { name: 'pinned to the locked version', edit: requirement((text, { versionOf }) => pinned(text, versionOf)) },
  { name: 'pinned to another version', edit: requirement((text) => `${nameIn(text)}==0.0.0.1`) },
  { name: 'excluded version added', edit: requirement((text) => `${text},!=0.0.3`) },
  { name: 'implied marker', edit: requirement((text) => `${text}; python_version >= '3.6'`) },
  { name: 'marker for Windows', edit: requirement((text) => `${text}; sys_platform == 'win32'`) },
  { name: 'marker for Linux', edit: requirement((text) => `${text}; sys_platform == 'linux'`, -1) },
  { name: 'marker on the Python', edit: requirement((text) => `${text}; python_full_version < '3.13'`) },
  { name: 'marker that is always true', edit: requirement((text) => `${text}; os_name == 'nt' or os_name != 'nt'`) },
  { name: 'marker that is never true', edit: requirement((text) => `${text}; os_name == 'nt' and os_name != 'nt'`) },
  { name: 'name in capitals', edit: requirement((text) => text.replace(/^[\w.-]+/, (name) => name.toUpperCase())) },
  { name: 'name with other separators', edit: (source) => respelt(source) },
  { name: 'spaces in a requirement', edit: requirement((text) => text.replace(/([<>=!~]+)\s*/, '  $1 ')) },
  { name: 'zeros in a specifier', edit: requirement((text) => (/[<>]=?\s*[\d.]+$/.test(text) ? `${text}.0` : undefined), -1) },
  { name: 'parentheses around a specifier', edit: requirement((text) => text.replace(/^([\w.-]+)\s*(.*)$/, '$1 ($2)')) },
  { name: 'specifier written twice', edit: requirement((text) => `${text},${text.slice(nameIn(text).length)}`) },
  { name: 'extra of a dependency', edit: requirement((text) => text.replace(/^[\w.-]+/, '$&[no-such-extra]')) },
  {
    name: 'dependency by URL',
    edit: requirement((text) => `${nameIn(text)} @ https://files.example/${nameIn(text)}-1.0-py3-none-any.whl`),
  },
  { name: 'dependencies in another order', edit: (source) => turned(source) },
];

const project: readonly Change[] = [
  {
    name: 'version',
    edit: (source) => (typeof at(source.data, 'project', 'version') === 'string' ? setString(source, 'version', '98.7.6') : undefined),
  },
  { name: 'version written otherwise', edit: (source) => versionText(source) },
  {
    name: 'version made dynamic',
    edit: (source) => (at(source.data, 'project', 'dynamic') === undefined ? dynamicVersion(source) : undefined),
  },
  {
    name: 'dependencies made dynamic',
    edit: (source) =>
      at(source.data, 'project', 'dynamic') === undefined ? set(source, 'project', 'dynamic = ["dependencies"]') : undefined,
  },
  { name: 'renamed', edit: (source) => setString(source, 'name', 'quite-another-name') },
  { name: 'range of Python raised', edit: (source) => setString(source, 'requires-python', '>=3.13') },
  { name: 'range of Python lowered', edit: (source) => setString(source, 'requires-python', '>=3.7') },
  { name: 'range of Python with an upper bound', edit: (source) => range(source, (text) => `${text},<3.99`) },
  {
    name: 'range of Python written otherwise',
    edit: (source) => range(source, (text) => (/^>=3\.\d+$/.test(text) ? `${text}.0` : undefined)),
  },
  {
    name: 'range of Python left out',
    edit: ({ text }) => (/^requires-python.*$/m.test(text) ? text.replace(/^requires-python.*$/m, '') : undefined),
  },
  { name: 'description', edit: (source) => setString(source, 'description', 'Other words.') },
  { name: 'keywords added', edit: (source) => set(source, 'project', 'keywords = ["one", "two"]') },
  { name: 'script added', edit: (source) => set(source, 'project.scripts', 'another-script = "json.tool:main"') },
  { name: 'address added', edit: (source) => set(source, 'project.urls', '"A page" = "https://pages.example"') },
  { name: 'comment added', edit: ({ text }) => `# Only a comment.\n${text}` },
  { name: 'build requirement', edit: (source) => setBuild(source) },
  { name: 'build system removed', edit: (source) => without(source, 'build-system') },
  { name: 'extra added', edit: (source, { indirect }) => set(source, 'project.optional-dependencies', `brand-new = ["${indirect}"]`) },
  { name: 'empty extra added', edit: (source) => set(source, 'project.optional-dependencies', 'brand-new = []') },
  { name: 'extra renamed', edit: (source) => renamed(source, 'project.optional-dependencies') },
  { name: 'extra spelt otherwise', edit: (source) => recased(source, 'project.optional-dependencies') },
  { name: 'extra with less', edit: (source) => less(source, at(source.data, 'project', 'optional-dependencies')) },
  { name: 'group added', edit: (source, { indirect }) => set(source, 'dependency-groups', `brand-new = ["${indirect}"]`) },
  { name: 'empty group added', edit: (source) => set(source, 'dependency-groups', 'brand-new = []') },
  { name: 'group that includes another', edit: (source) => including(source) },
  { name: 'group renamed', edit: (source) => renamed(source, 'dependency-groups') },
  { name: 'group spelt otherwise', edit: (source) => recased(source, 'dependency-groups') },
  { name: 'group with less', edit: (source) => less(source, at(source.data, 'dependency-groups')) },
];

const uv = (name: string, line: string | ((facts: Facts) => string)): Change => ({
  name,
  edit: (source, facts) => set(source, 'tool.uv', typeof line === 'string' ? line : line(facts)),
});

const settings: readonly Change[] = [
  uv('constraint', ({ indirect }) => `constraint-dependencies = ["${indirect}<9999"]`),
  uv('constraint on a package that is not there', 'constraint-dependencies = ["no-such-package-here<2"]'),
  uv('override', ({ indirect }) => `override-dependencies = ["${indirect}>=0.0.1"]`),
  uv('exclusion', ({ indirect }) => `exclude-dependencies = ["${indirect}"]`),
  uv('build constraint', 'build-constraint-dependencies = ["setuptools<999"]'),
  uv('environments', `environments = ["sys_platform == 'linux'"]`),
  uv('required environments', `required-environments = ["sys_platform == 'linux' and platform_machine == 'x86_64'"]`),
  uv('resolution', 'resolution = "lowest-direct"'),
  uv('resolution as by default', 'resolution = "highest"'),
  uv('pre-releases', 'prerelease = "allow"'),
  uv('fork strategy', 'fork-strategy = "fewest"'),
  uv('cut-off', 'exclude-newer = "2026-01-01T00:00:00Z"'),
  uv('sources switched off', 'no-sources = true'),
  uv('not a package', 'package = false'),
  uv('a package', 'package = true'),
  uv('default groups', 'default-groups = []'),
  uv('older development dependencies', ({ indirect }) => `dev-dependencies = ["${indirect}"]`),
  uv('how files are linked', 'link-mode = "copy"'),
  uv('no wheels of a package', ({ indirect }) => `no-binary-package = ["${indirect}"]`),
  uv('bytecode', 'compile-bytecode = true'),
  {
    name: 'index added',
    edit: (source) => append(source, '[[tool.uv.index]]\nname = "another"\nurl = "https://index.example/simple"\nexplicit = true'),
  },
  {
    name: 'source from an index that nobody uses',
    edit: (source) => set(source, 'tool.uv.sources', 'no-such-package-here = { url = "https://files.example/x-1-py3-none-any.whl" }'),
  },
  {
    name: 'source from git',
    edit: (source) =>
      set(source, 'tool.uv.sources', `${nameIn(plain(source)[0] ?? 'x')} = { git = "https://git.example/x", rev = "main" }`),
  },
  { name: 'sources removed', edit: (source) => without(source, 'tool.uv.sources') },
  {
    name: 'metadata by hand',
    edit: (source) => append(source, '[[tool.uv.dependency-metadata]]\nname = "no-such-package-here"\nversion = "1.0"'),
  },
  { name: 'a workspace of its own', edit: (source) => set(source, 'tool.uv.workspace', 'members = ["no-such-folder/*"]') },
  { name: 'other tools', edit: (source) => append(source, '[tool.quite-another]\nkey = "value"') },
];

/** All of them, about eighty. */
export const changes: readonly Change[] = [...dependencies, ...project, ...settings];

function dropped(source: Source, text: string | undefined): string | undefined {
  return text === undefined ? undefined : drop(source, text);
}

function followed(source: Source, text: string | undefined, other: string | undefined): string | undefined {
  return text === undefined || other === undefined ? undefined : follow(source, text, other);
}

function pinned(text: string, versionOf: Facts['versionOf']): string | undefined {
  const version = versionOf(nameIn(text));
  return version === undefined ? undefined : `${nameIn(text)}==${version}`;
}

function respelt(source: Source): string | undefined {
  const text = plain(source).find((one) => /[-_]/.test(nameIn(one)));
  return text === undefined
    ? undefined
    : swap(
        source,
        text,
        text.replace(/^[\w.-]+/, (name) => name.replace(/[-_]/g, '.')),
      );
}

/** The first and the last requirement change places. */
function turned(source: Source): string | undefined {
  const [first, last] = [plain(source)[0], plain(source).at(-1)];
  if (first === undefined || last === undefined || first === last) return undefined;
  const half = swap(source, first, '@@first@@');
  const whole = half === undefined ? undefined : swap({ ...source, text: half }, last, first);
  return whole === undefined ? undefined : swap({ ...source, text: whole }, '@@first@@', last);
}

function versionText(source: Source): string | undefined {
  const version = at(source.data, 'project', 'version');
  return typeof version === 'string' ? setString(source, 'version', `v${version}`) : undefined;
}

function dynamicVersion({ text, data }: Source): string | undefined {
  if (typeof at(data, 'project', 'version') !== 'string') return undefined;
  return text.replace(/^version\s*=.*$/m, 'dynamic = ["version"]');
}

function range(source: Source, change: (text: string) => string | undefined): string | undefined {
  const text = at(source.data, 'project', 'requires-python');
  const other = typeof text === 'string' ? change(text) : undefined;
  return other === undefined ? undefined : setString(source, 'requires-python', other);
}

function setBuild(source: Source): string | undefined {
  const [first] = strings(at(source.data, 'build-system', 'requires'));
  return first === undefined ? undefined : swap(source, first, `${nameIn(first)}>=0.0.1`);
}

function firstKey(data: Table, table: string): string | undefined {
  const found = at(data, ...table.split('.'));
  return isTable(found) ? Object.keys(found).find((key) => strings(found[key]).length > 0) : undefined;
}

function renamed(source: Source, table: string, change = (key: string) => `renamed-${key}`): string | undefined {
  const key = firstKey(source.data, table);
  if (key === undefined) return undefined;
  const line = new RegExp(`^"?${key}"?(\\s*=)`, 'm');
  return line.test(source.text) ? source.text.replace(line, (_, rest: string) => `${change(key)}${rest}`) : undefined;
}

function recased(source: Source, table: string): string | undefined {
  return renamed(source, table, (key) => key.toUpperCase());
}

function less(source: Source, lists: unknown): string | undefined {
  const first = isTable(lists) ? Object.values(lists).flatMap(strings)[0] : undefined;
  return dropped(source, first);
}

function including(source: Source): string | undefined {
  const key = firstKey(source.data, 'dependency-groups');
  return key === undefined ? undefined : set(source, 'dependency-groups', `brand-new = [{ include-group = "${key}" }]`);
}

/** The text after a change; undefined where it does not apply or leaves no readable file. */
export function changed(change: Change, source: Source, facts: Facts): string | undefined {
  const text = change.edit(source, facts);
  if (text === undefined || text === source.text) return undefined;
  try {
    sourceOf(text);
    return text;
  } catch {
    return undefined;
  }
}
