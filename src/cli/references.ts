import type { ImageConfig } from '../config/types.ts';

/**
 * Full references of an image, the main one first: `-t` takes a tag or a whole reference (it has a `/` or a `:`); without `-t` the configured tags
 * count, under `repository/NAME` or the bare name.
 */
export function references(image: Pick<ImageConfig, 'name' | 'repository' | 'tags'>, tags: readonly string[] | undefined): string[] {
  const name = image.repository === undefined ? image.name : `${image.repository}/${image.name}`;
  const wanted = tags !== undefined && tags.length > 0 ? tags : image.tags;
  const full = wanted.map((tag) => (/[/:]/.test(tag) ? tag : `${name}:${tag}`));
  return [...new Set(full.length > 0 ? full : [`${name}:latest`])];
}

/** The repository of a reference with a tag: `HOST/NAME` of `HOST/NAME:TAG`. */
export function withoutTag(reference: string): string {
  return reference.replace(/:[^:/]*$/, '');
}
