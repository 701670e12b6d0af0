import { parseSpecifiers, parseVersion } from '../packaging/index.ts';
import type { Member } from '../project/types.ts';
import { invalidProject } from './errors.ts';
import { formatSpecifiers, requiresDist, sortedExtras } from './requirements.ts';
import type { ProjectTable } from './tables.ts';

const contentTypes: Readonly<Record<string, string>> = { md: 'text/markdown', rst: 'text/x-rst', txt: 'text/plain' };

/** What METADATA needs beside the table. */
export interface MetadataContext {
  readonly member: Member;
  /** Sorted paths that `license-files` matched. */
  readonly licenseFiles: readonly string[];
  /** Text of a file of the project; throws UVBUILD_INVALID if there is none. */
  readonly readText: (path: string) => string;
}

interface Readme {
  readonly text: string;
  readonly contentType: string;
}

/** METADATA (core metadata specification) in uv_build's order and spelling. Throws UVBUILD_INVALID, REQUIREMENT_INVALID, VERSION_INVALID. */
export function metadataText(project: ProjectTable, context: MetadataContext): string {
  const readme = readReadme(project, context);
  const headers = [
    ...identity(project, context),
    ...people(project),
    ...licence(project, context),
    ...requirements(project),
    ...links(project),
  ];
  if (readme !== undefined) headers.push(['Description-Content-Type', readme.contentType]);
  const head = headers.map(([key, value]) => `${key}: ${indent(key, value)}\n`).join('');
  return readme === undefined ? head : `${head}\n${readme.text}`;
}

type Header = readonly [key: string, value: string];

/** Continuation lines stand below the value; a final line break is not a line. */
function indent(key: string, value: string): string {
  return value
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .join(`\n${' '.repeat(key.length + 2)}`);
}

function identity(project: ProjectTable, context: MetadataContext): Header[] {
  if (project.description?.includes('\n')) throw invalidProject(context.member, 'project.description has more than one line');
  const headers: Header[] = [
    ['Metadata-Version', metadataVersion(project)],
    ['Name', project.name],
    ['Version', parseVersion(project.version).text],
  ];
  if (project.description !== undefined) headers.push(['Summary', project.description]);
  if (project.keywords !== undefined) headers.push(['Keywords', project.keywords.join(',')]);
  return headers;
}

function metadataVersion(project: ProjectTable): string {
  if (project['import-names'] !== undefined || project['import-namespaces'] !== undefined) return '2.5';
  return project['license-files'] !== undefined || typeof project.license === 'string' ? '2.4' : '2.3';
}

function people(project: ProjectTable): Header[] {
  return contacts('Author', project.authors);
}

function contacts(key: string, list: ProjectTable['authors']): Header[] {
  const names = list.map((contact) => contact.name).filter((name) => name !== undefined);
  const emails = list.filter((contact) => contact.email !== undefined);
  const addresses = emails.map((contact) => (contact.name === undefined ? contact.email : `${contact.name} <${contact.email}>`));
  const headers: Header[] = [
    [key, names.join(', ')],
    [`${key}-email`, addresses.join(', ')],
  ];
  return headers.filter(([, value]) => value !== '');
}

function licence(project: ProjectTable, context: MetadataContext): Header[] {
  const { license } = project;
  const headers: Header[] = [];
  if (typeof license === 'string') headers.push(['License-Expression', license]);
  else if (license !== undefined && project['license-files'] !== undefined) {
    throw invalidProject(context.member, 'project.license must be an SPDX expression where project.license-files is set');
  } else if (license !== undefined) headers.push(['License', 'text' in license ? license.text : context.readText(license.file)]);
  return [...headers, ...context.licenseFiles.map((path): Header => ['License-File', path])];
}

function requirements(project: ProjectTable): Header[] {
  const extras = sortedExtras(project['optional-dependencies']);
  const python = project['requires-python'];
  return [
    ...project.classifiers.map((classifier): Header => ['Classifier', classifier]),
    ...requiresDist(project.dependencies, extras).map((text): Header => ['Requires-Dist', text]),
    ...contacts('Maintainer', project.maintainers),
    ...(python === undefined ? [] : [['Requires-Python', formatSpecifiers(parseSpecifiers(python), ', ')] as const]),
  ];
}

function links(project: ProjectTable): Header[] {
  const extras = [...sortedExtras(project['optional-dependencies']).keys()];
  const names = project['import-names'];
  return [
    ...Object.entries(project.urls).map(([label, url]): Header => ['Project-URL', `${label}, ${url}`]),
    ...extras.map((extra): Header => ['Provides-Extra', extra]),
    ...(names?.length === 0 ? [''] : (names ?? [])).map((name): Header => ['Import-Name', importName(name)]),
    ...(project['import-namespaces'] ?? []).map((name): Header => ['Import-Namespace', importName(name)]),
  ];
}

function importName(written: string): string {
  const [name = '', suffix] = written.split(';');
  return suffix === undefined ? name : `${name.trimEnd()}; ${suffix.trim()}`;
}

function readReadme(project: ProjectTable, context: MetadataContext): Readme | undefined {
  const { readme } = project;
  if (readme === undefined) return undefined;
  if (typeof readme === 'string') return { contentType: typeByExtension(readme, context.member), text: context.readText(readme) };
  const contentType = readme['content-type'];
  if (!Object.values(contentTypes).includes(contentType))
    throw invalidProject(context.member, `project.readme has the content type ${contentType}`);
  if ((readme.charset ?? 'UTF-8') !== 'UTF-8') throw invalidProject(context.member, 'project.readme has another charset than UTF-8');
  return { contentType, text: 'text' in readme ? readme.text : context.readText(readme.file) };
}

function typeByExtension(path: string, member: Member): string {
  const type = contentTypes[/\.([^./]+)$/.exec(path)?.[1] ?? ''];
  if (type === undefined)
    throw invalidProject(member, `the type of project.readme ${JSON.stringify(path)} is not known`, 'use a .md, .rst or .txt file');
  return type;
}
