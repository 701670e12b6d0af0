import type { ErrorEntry } from './entry.ts';

/** Errors of images, their destinations and of running them. */
export const runtimeErrors = {
  COPY_DIGEST: {
    exit: 1,
    title: 'a copy would not have the digest that its destination names',
    cause: 'The destination of wherry copy ends in @sha256:…, and what the source names has another digest. Copies never change a digest.',
    fix: 'Leave the digest of the destination out, or name the source by that digest.',
  },
  DAEMON_REFUSED: {
    exit: 2,
    title: 'a container daemon did not take the image',
    cause:
      'Docker, Podman or containerd answered with an error while it loaded the image, did not have all of it afterwards, or has another image under that name. An image that is not whole gets no name.',
    fix: 'Read the message of the daemon; often its disk is full or the user may not use it.',
  },
  DAEMON_UNREACHABLE: {
    exit: 2,
    title: 'a container daemon cannot be reached',
    cause:
      'No daemon listens on the socket of DOCKER_HOST, of the current Docker context, of CONTAINER_HOST or of CONTAINERD_ADDRESS, or podman or ctr is not installed.',
    fix: 'Start it, set the variable, or write a file with --oci DIR or --tar FILE instead.',
  },
  FORMAT_UNSUPPORTED: {
    exit: 1,
    title: 'the chosen image format cannot hold this image',
    cause: 'format = "docker" has no name for zstd layers.',
    fix: 'Use format = "oci", or a base whose layers are gzip.',
  },
  IMAGE_INVALID: {
    exit: 1,
    title: 'an image is damaged or not an image',
    cause: 'A manifest, configuration or layer is missing, has another digest than its descriptor, or breaks the OCI image specification.',
    fix: 'Make or copy the image again.',
  },
  IMAGE_NOT_FOUND: {
    exit: 1,
    title: 'the image is not there',
    cause: 'The layout, archive or store holds no image of that name or platform.',
    fix: 'Build it first with wherry build, or name one of the images that the message lists.',
  },
  RUN_FAILED: {
    exit: 2,
    title: 'the container could not be started',
    cause: 'The chosen runtime refused the image or is not working.',
    fix: 'Read the runtime output, or choose another runtime with --with.',
  },
  RUN_NO_RUNTIME: {
    exit: 2,
    title: 'nothing here can run the image',
    cause: 'Neither Docker nor Podman answers, and the image cannot be run with unshare (Linux and an image for its own CPU only).',
    fix: 'Start Docker or Podman, or run as a user who may make namespaces.',
  },
  SINK_WRITE: {
    exit: 2,
    title: 'an image could not be written',
    cause: 'The directory or file cannot be written, or the disk is full.',
    fix: 'Free space or choose another place; nothing half-written is left under the name.',
  },
} as const satisfies Record<string, ErrorEntry>;
