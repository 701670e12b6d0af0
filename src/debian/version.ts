/** Sort weight of a non-digit character: `~` before the end of the part, the end before letters, letters before the rest. */
function weight(character: string | undefined): number {
  if (character === undefined || /\d/.test(character)) return 0;
  if (character === '~') return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

function comparePrefix(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = weight(a[i]) - weight(b[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareNumber(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (x.length !== y.length) return x.length - y.length;
  return x < y ? -1 : x > y ? 1 : 0;
}

function comparePart(a: string, b: string): number {
  const [left, right] = [a.match(/\D*\d*/g) ?? [], b.match(/\D*\d*/g) ?? []];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i] ?? '', right[i] ?? ''];
    const order =
      comparePrefix(x.replace(/\d+$/, ''), y.replace(/\d+$/, '')) || compareNumber(x.match(/\d+$/)?.[0] ?? '', y.match(/\d+$/)?.[0] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function split(version: string): { readonly epoch: string; readonly upstream: string; readonly revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? '0' : version.slice(0, colon),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** Orders two Debian versions (deb-version(7)): negative if `a` is older, 0 if equal, positive if newer. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [split(a), split(b)];
  return compareNumber(x.epoch, y.epoch) || comparePart(x.upstream, y.upstream) || comparePart(x.revision, y.revision);
}

/** The upstream part of a version: `3.13.5` of `3.13.5-2+deb13u5`. */
export function upstreamVersion(version: string): string {
  return split(version).upstream;
}
