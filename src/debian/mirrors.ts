import { ToolError } from '../errors/index.ts';
import { type AptSource, aptMirrors, readHostSources } from './apt-sources.ts';
import type { Archive } from './keyring.ts';

/** URL of each archive's root (the directory that holds `dists`), without a trailing slash. */
export interface DebianMirrors extends Readonly<Record<Archive, string>> {
  /** Roots of a snapshot service, which keeps superseded packages; asked for what the mirrors no longer have. */
  readonly snapshot?: Readonly<Record<Archive, string>>;
}

export interface MirrorOptions {
  /** `[tool.wherry.debian] mirror`: one URL per archive. */
  readonly config: Readonly<Record<string, string>>;
  /** `[tool.wherry.debian] snapshot`: a URL in which `{archive}` stands for the archive's name, or to which the name is added. */
  readonly snapshot?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** apt's source files of this machine, as `readHostSources` gives them. */
  readonly hostSources: readonly AptSource[];
  /** Mirrors of the packaged defaults.json; a checkout has none. */
  readonly defaults?: Readonly<Record<string, string>> | undefined;
}

/** Security beside the main archive, as Debian's own mirrors have it: `…/debian` and `…/debian-security`. */
function securityBeside(debian: string): string {
  return `${debian.replace(/\/debian$/, '')}/debian-security`;
}

function complete(urls: Readonly<Record<string, string | undefined>>): DebianMirrors | undefined {
  const debian = urls.debian?.replace(/\/+$/, '');
  if (!debian) return undefined;
  const security = urls['debian-security']?.replace(/\/+$/, '');
  return { debian: checked(debian), 'debian-security': checked(security || securityBeside(debian)) };
}

function snapshotRoots(url: string): Readonly<Record<Archive, string>> {
  const pattern = url.includes('{archive}') ? url : `${url.replace(/\/+$/, '')}/{archive}`;
  const root = (archive: Archive) => checked(pattern.replace('{archive}', archive).replace(/\/+$/, ''));
  return { debian: root('debian'), 'debian-security': root('debian-security') };
}

function checked(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new ToolError('DEB_NO_MIRROR', 'a Debian mirror is not an http or https URL', { hint: configHint });
}

const configHint =
  'set mirror = { debian = "https://MIRROR/debian", debian-security = "https://MIRROR/debian-security" } in [tool.wherry.debian], or WHERRY_DEBIAN_MIRROR=https://MIRROR/debian';

/**
 * Where Debian packages are taken from (DESIGN §9): configuration, WHERRY_DEBIAN_MIRROR (with WHERRY_DEBIAN_SECURITY_MIRROR), this host's apt sources,
 * packaged defaults. A missing security archive is looked for beside the main one. Throws `DEB_NO_MIRROR`.
 */
export function debianMirrors({ config, snapshot, env, hostSources, defaults = {} }: MirrorOptions): DebianMirrors {
  const fromEnv = { debian: env.WHERRY_DEBIAN_MIRROR, 'debian-security': env.WHERRY_DEBIAN_SECURITY_MIRROR };
  const mirrors = complete(config) ?? complete(fromEnv) ?? complete(aptMirrors(hostSources)) ?? complete(defaults);
  if (mirrors) return snapshot ? { ...mirrors, snapshot: snapshotRoots(snapshot) } : mirrors;
  throw new ToolError('DEB_NO_MIRROR', 'no Debian mirror is known to take the packages of the base from', { hint: configHint });
}

/** `debianMirrors` with this host's own apt sources. Throws `DEB_NO_MIRROR`. */
export async function findDebianMirrors(options: Omit<MirrorOptions, 'hostSources'>): Promise<DebianMirrors> {
  return debianMirrors({ ...options, hostSources: await readHostSources() });
}
