import { ToolError } from '../errors/index.ts';
import { type Image, type ImageIndex, imagesOf } from '../image/index.ts';

/** The image of an index for a daemon's CPU, or the only one there is. Throws IMAGE_NOT_FOUND. */
export function platformImage(image: Image | ImageIndex, architecture: string): Image {
  const images = imagesOf(image);
  const chosen = images.find(({ platform }) => platform.architecture === architecture) ?? (images.length === 1 ? images[0] : undefined);
  if (chosen !== undefined) return chosen;
  throw new ToolError('IMAGE_NOT_FOUND', `the image ${image.name} has no linux/${architecture}`, {
    hint: `build it: --platform linux/${architecture}`,
  });
}
