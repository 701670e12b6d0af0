import { counted } from '../count.ts';
import { digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { isManifestType, layerCompression } from './media.ts';
import { parseConfig, parseManifest } from './parse.ts';
import type { Descriptor, Image, Layer } from './types.ts';

/**
 * What is wrong with an image's manifest and configuration, one line each; empty when all invariants hold: digests and sizes, one DiffID and
 * one history entry per layer, platform, and no repeated layer of ours. `inspect` reads the blobs as well.
 */
export function checkImage(image: Image): readonly string[] {
  return [
    ...checkBytes('manifest', image.descriptor, image.manifest),
    ...checkBytes('config', image.configDescriptor, image.config),
    ...(isManifestType(image.descriptor.mediaType) ? [] : [`manifest has the media type ${image.descriptor.mediaType}`]),
    ...image.layers.flatMap(checkLayerType),
    ...repeatedLayers(image.layers),
    ...checkContents(image),
  ];
}

function checkBytes(what: string, descriptor: Descriptor, bytes: Uint8Array): string[] {
  const digest = digestOf(bytes);
  return [
    ...(digest === descriptor.digest ? [] : [`${what} has the digest ${digest}, its descriptor says ${descriptor.digest}`]),
    ...(bytes.length === descriptor.size ? [] : [`${what} has ${counted(bytes.length, 'byte')}, its descriptor says ${descriptor.size}`]),
  ];
}

function checkLayerType(layer: Layer): string[] {
  return layerCompression(layer.mediaType) === undefined ? [`layer ${layer.digest} has the media type ${layer.mediaType}`] : [];
}

function repeatedLayers(layers: readonly Layer[]): string[] {
  const ours = layers.filter((layer) => layer.recipe !== undefined);
  const seen = new Set<string>();
  return ours.filter((layer) => seen.size === seen.add(layer.diffId).size).map((layer) => `layer ${layer.digest} is there twice`);
}

function checkContents(image: Image): string[] {
  try {
    return compareContents(image);
  } catch (error) {
    if (error instanceof ToolError) return [error.message];
    throw error;
  }
}

function compareContents(image: Image): string[] {
  const manifest = parseManifest(image.manifest, image.name);
  const config = parseConfig(image.config, image.name);
  const problems: string[] = [];
  if (manifest.config.digest !== image.configDescriptor.digest) problems.push('manifest names another config');
  if (manifest.layers.map((layer) => layer.digest).join() !== image.layers.map((layer) => layer.digest).join()) {
    problems.push('manifest lists other layers');
  }
  if (config.rootfs.diff_ids.join() !== image.layers.map((layer) => layer.diffId).join()) problems.push('config lists other DiffIDs');
  const named = config.history?.filter((entry) => entry.empty_layer !== true).length;
  if (named !== undefined && named !== image.layers.length)
    problems.push(`history names ${named} of ${counted(image.layers.length, 'layer')}`);
  if (config.os !== image.platform.os || config.architecture !== image.platform.architecture) {
    problems.push(`config is made for ${config.os}/${config.architecture}`);
  }
  return problems;
}
