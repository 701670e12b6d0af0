/** An image platform in OCI (GOOS/GOARCH) terms. Only Linux images are made. */
export interface Platform {
  readonly os: 'linux';
  readonly architecture: Architecture;
}

/** OCI name of the CPU: `amd64` is Python's `x86_64`, `arm64` its `aarch64`. */
export type Architecture = 'amd64' | 'arm64';

/** The machine name that Python, wheel tags and markers use. */
export function machineOf(architecture: Architecture): 'x86_64' | 'aarch64' {
  return architecture === 'amd64' ? 'x86_64' : 'aarch64';
}

/** `linux/amd64`, as in `--platform`. */
export function platformName(platform: Platform): string {
  return `${platform.os}/${platform.architecture}`;
}

/** What runs here without emulation. */
export const hostPlatform: Platform = { os: 'linux', architecture: process.arch === 'arm64' ? 'arm64' : 'amd64' };
