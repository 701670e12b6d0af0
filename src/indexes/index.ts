/**
 * In: the project's and the user's settings, and the name of a project. Out: the package indexes to ask, and the files that each has of that project.
 * Must not: choose a version or a file, keep anything between runs, or take a link that leads from a public index into a private network.
 */
export { type IndexClient, openIndexes, type ProjectFiles } from './client.ts';
export { findIndexes, type IndexQuestion, indexUnknown } from './find.ts';
export { indexUrl, locateOn } from './locate.ts';
export { parsePage } from './page.ts';
export type { IndexFile, IndexOptions, IndexPlace } from './types.ts';
