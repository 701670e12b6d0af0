/**
 * In: the URL of a repository and a full commit. Out: the files of that commit, as a tar archive in the store.
 * Must not: check anything out, run a hook, a filter or a helper that the repository names, or put credentials into arguments or messages.
 */
export { fetchCommit, type GitCommit } from './commit.ts';
export { type GitSource, gitUrl, parseGitSource } from './source.ts';
