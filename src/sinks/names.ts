/** A reference split by Docker's rules: the first segment is a host when it has a dot or a port, or is `localhost`. */
export interface ImageName {
  /** With host and tag, as containerd names images: `docker.io/library/site:latest`. */
  readonly full: string;
  /** As people type it to Docker: `site:latest`. */
  readonly familiar: string;
  readonly tag: string;
}

/** How a layout or archive names what it holds: by a whole name, or where no repository is known by a tag alone. */
export type LayoutName = ImageName | { readonly full?: undefined; readonly familiar?: undefined; readonly tag: string };

const hub = 'docker.io';

/** Names of an image under a reference `[host/]path[:tag]`; the tag defaults to `latest`. */
export function imageName(reference: string): ImageName {
  const { path, tag } = splitTag(reference);
  const slash = path.indexOf('/');
  const first = path.slice(0, Math.max(slash, 0));
  const hasHost = /[.:]/.test(first) || first === 'localhost';
  const host = hasHost ? first : hub;
  const rest = hasHost ? path.slice(slash + 1) : path;
  const repository = host === hub && !rest.includes('/') ? `library/${rest}` : rest;
  const shown = host === hub ? rest.replace(/^library\//, '') : `${host}/${rest}`;
  return { full: `${host}/${repository}:${tag}`, familiar: `${shown}:${tag}`, tag };
}

function splitTag(reference: string): { path: string; tag: string } {
  const [withoutDigest = ''] = reference.split('@');
  const colon = withoutDigest.lastIndexOf(':');
  if (colon <= withoutDigest.lastIndexOf('/')) return { path: withoutDigest, tag: 'latest' };
  return { path: withoutDigest.slice(0, colon), tag: withoutDigest.slice(colon + 1) };
}

/** The references of `put`, or the image's own name when there are none. */
export function namesOf(image: { readonly name: string }, references: readonly string[]): readonly ImageName[] {
  return (references.length === 0 ? [image.name] : references).map(imageName);
}
