import { ToolError } from '../errors/index.ts';
import { formatReference, parseReference } from '../registry/index.ts';
import type { OpenRepository, RemoteRepository } from './repository.ts';

/** Tags of one repository that shall name an image. */
export interface PushTarget {
  readonly remote: RemoteRepository;
  /** The main one first. */
  readonly tags: readonly string[];
}

/**
 * Where an image goes, the repository of its main reference first. Errors: REFERENCE_INVALID, PUSH_NO_REPOSITORY for a bare name, which would
 * be an official image of the default registry.
 */
export function targetsOf(references: readonly string[], open: OpenRepository): PushTarget[] {
  const tags = new Map<RemoteRepository, string[]>();
  for (const text of references) {
    const reference = parseReference(text);
    if (reference.tag === undefined || reference.digest !== undefined) throw digestGiven(text);
    if (!text.includes('/')) throw noRepository(text);
    const remote = open(reference);
    const known = tags.get(remote) ?? [];
    if (!known.includes(reference.tag)) tags.set(remote, [...known, reference.tag]);
  }
  return [...tags].map(([remote, names]) => ({ remote, tags: names }));
}

/** `HOST/NAME` of a target. */
export function targetName({ remote }: Pick<PushTarget, 'remote'>): string {
  return formatReference({ ...remote.repository, tag: undefined, digest: undefined });
}

function noRepository(reference: string): ToolError {
  return new ToolError('PUSH_NO_REPOSITORY', `--push does not know where ${reference} goes`, {
    hint: `set repository = "HOST/PATH" in [tool.wherry], or name the image in full: -t HOST/PATH/${reference}`,
  });
}

function digestGiven(reference: string): ToolError {
  return new ToolError('REFERENCE_INVALID', `cannot push to ${reference}: a digest names what is there already`, {
    hint: 'leave the digest out: -t HOST/PATH/NAME:TAG',
  });
}
