import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { registryBlobSource } from '../base/index.ts';
import type { Context } from '../context.ts';
import { ToolError } from '../errors/index.ts';
import type { Image, ImageIndex } from '../image/types.ts';
import { openArchive, openImage, openLayout, recallImage } from '../sources/index.ts';

export interface OpenOptions {
  readonly ctx: Context;
  /** Where relative paths start. */
  readonly directory: string;
}

/** An image as users name one (DESIGN §8): `oci:DIR[:NAME]`, `tar:FILE[:NAME]`, or the name of an image built here. Throws IMAGE_NOT_FOUND. */
export async function openNamed(name: string, { ctx, directory }: OpenOptions): Promise<Image | ImageIndex> {
  const [, kind, rest] = /^(oci|tar):(.+)$/.exec(name) ?? [];
  if (kind === undefined || rest === undefined) return await openBuilt(name, ctx);
  const { path, inner } = splitPath(rest, directory);
  return await openImage(kind === 'oci' ? await openLayout(path) : await openArchive(path), inner);
}

/** `PATH` or `PATH:NAME`; an existing path that holds a colon is a path. */
function splitPath(text: string, directory: string): { path: string; inner: string | undefined } {
  const whole = resolve(directory, text);
  const colon = text.indexOf(':');
  if (colon < 0 || existsSync(whole)) return { path: whole, inner: undefined };
  return { path: resolve(directory, text.slice(0, colon)), inner: text.slice(colon + 1) };
}

async function openBuilt(name: string, ctx: Context): Promise<Image | ImageIndex> {
  const image = await recallImage(ctx.store, name, (reference) => registryBlobSource({ reference }, ctx));
  if (image !== undefined) return image;
  throw new ToolError('IMAGE_NOT_FOUND', `no image named ${name} was built here`, {
    hint: 'build it first with wherry build, or name an image as oci:DIRECTORY or tar:FILE',
  });
}
