import type { SelectedPackage } from '../select/types.ts';

/**
 * direct_url.json (PEP 610) as uv writes it: mandatory for what comes from no index. A local archive's path on this machine must not enter the
 * image, so only its name is kept; for directories the file is left out.
 */
export function directUrlOf({ source, artifact }: Pick<SelectedPackage, 'source' | 'artifact'>): string | undefined {
  if (artifact.kind === 'git') {
    const { url, commit, requested, subdirectory } = artifact;
    const revision = requested === undefined ? {} : { requested_revision: requested };
    const vcs = { vcs: 'git', commit_id: commit, ...revision };
    return JSON.stringify({ url, vcs_info: vcs, ...(subdirectory !== undefined && { subdirectory }) });
  }
  if (artifact.kind === 'local') return undefined;
  const below = artifact.kind === 'archive' && artifact.subdirectory !== undefined ? { subdirectory: artifact.subdirectory } : {};
  if (source.kind === 'url') return JSON.stringify({ url: source.url, archive_info: {}, ...below });
  if (source.kind === 'path') return JSON.stringify({ url: `file:///${artifact.filename}`, archive_info: {}, ...below });
  return undefined;
}
