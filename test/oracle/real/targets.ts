import type { Target } from '../../../src/resolve/target.ts';
import { targetOf } from '../../../src/select/fixture.ts';

/** One place to install into, in uv's words and in ours. */
export interface Place {
  /** `3.13` */
  readonly minor: string;
  /** uv's `--python-platform`. */
  readonly platform: string;
  readonly target: Target;
}

/** The releases that the stand-ins of `interpreters.ts` claim to be. */
export const pythons: Readonly<Record<string, string>> = { '3.11': '3.11.14', '3.12': '3.12.12', '3.13': '3.13.9', '3.14': '3.14.2' };

const platforms = [
  { platform: 'x86_64-manylinux_2_36', libc: 'glibc 2.36', architecture: 'amd64' },
  { platform: 'aarch64-manylinux_2_36', libc: 'glibc 2.36', architecture: 'arm64' },
  { platform: 'x86_64-unknown-linux-musl', libc: 'musl 1.2', architecture: 'amd64' },
  { platform: 'aarch64-unknown-linux-musl', libc: 'musl 1.2', architecture: 'arm64' },
  { platform: 'x86_64-manylinux_2_17', libc: 'glibc 2.17', architecture: 'amd64' },
  { platform: 'aarch64-manylinux_2_28', libc: 'glibc 2.28', architecture: 'arm64' },
] as const;

/** Every Python on every platform. */
export const places: readonly Place[] = Object.entries(pythons).flatMap(([minor, version]) =>
  platforms.map(({ platform, libc, architecture }) => ({ minor, platform, target: targetOf(version, libc, architecture) })),
);
