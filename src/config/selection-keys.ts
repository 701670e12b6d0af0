import { z } from 'zod';

const text = z.string().min(1);
const names = z.array(text).optional();
const truth = z.boolean().optional();

/** What is installed, in uv's words (uv-and-wheels §2.2). Without any of these: what `uv sync --no-dev --no-editable` would install. */
export const selectionKeys = {
  package: z
    .union([text, z.array(text).min(1)])
    .optional()
    .describe('workspace member to install, or a list of them; default the project at hand'),
  'all-packages': truth.describe('install every workspace member'),
  extras: names.describe('extras to include'),
  'all-extras': truth.describe('include every extra'),
  'no-extras': names.describe('extras to leave out, whatever includes them'),
  groups: names.describe('dependency groups to add'),
  'all-groups': truth.describe('add every dependency group, dev among them'),
  'only-groups': names.describe('install these dependency groups, and neither the project nor its dependencies'),
  'no-groups': names.describe('dependency groups to leave out, whatever adds them'),
  dev: truth.describe('true adds the group dev if there is one, false leaves it out whatever adds it; default: only if it is named'),
  'no-default-groups': truth.describe('add no group by default, whatever tool.uv.default-groups says'),
  'no-project': truth.describe('only the dependencies: neither the project nor its files'),
  'no-install-project': truth.describe('do not install the project as a package; its files are copied all the same'),
  'no-install-workspace': truth.describe('install no workspace member, but what they depend on'),
  'no-install-local': truth.describe('install nothing from a local path, but what it depends on'),
  'no-install-package': names.describe('packages not to install; what they depend on is'),
  'no-build': truth.describe('install wheels only; default from tool.uv'),
  'no-build-package': names.describe('packages to install as wheels only; default from tool.uv'),
  'no-binary': truth.describe('install no wheels of others, but build everything; default from tool.uv'),
  'no-binary-package': names.describe('packages to build, also with no-build; default from tool.uv'),
};

/** Keys that answer one question: what a stronger source says of one of them hides what a weaker one says of the others. */
export const rivals: readonly (readonly (keyof typeof selectionKeys)[])[] = [
  ['package', 'all-packages'],
  ['extras', 'all-extras'],
  ['groups', 'all-groups', 'only-groups'],
];
