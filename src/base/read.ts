import type { Readable } from 'node:stream';
import { ToolError } from '../errors/index.ts';
import type { Descriptor } from '../image/types.ts';
import type { Platform } from '../platform.ts';
import { type FoundImage, type ImageConfigFile, mediaTypes } from '../registry/index.ts';
import type { BaseFacts, BaseLayer, InheritedConfig } from './facts.ts';
import { readLayers } from './layers.ts';
import { findLibc, findSonames } from './libc.ts';
import { dpkgPackages, fileText } from './packages.ts';
import { findPython } from './python.ts';

export interface ReadBaseOptions {
  /** As configured; written into the facts. */
  readonly reference: string;
  readonly platform: Platform;
  /** Manifest and config of the platform's image. */
  readonly image: FoundImage;
  /** Opens a layer's blob as it lies in the registry; the stream fails if the bytes do not match. */
  readonly open: (layer: BaseLayer) => Promise<Readable>;
}

/**
 * Reads what a build must know of a base by streaming its layers once; nothing is stored.
 * Errors: BASE_NO_PYTHON, BASE_LAYER_UNREADABLE, those of `open`.
 */
export async function readBaseFacts({ reference, platform, image, open }: ReadBaseOptions): Promise<BaseFacts> {
  const layers = image.manifest.layers.map((layer, index) => baseLayer(layer, image.config, index));
  const tree = await readLayers(layers, open);
  const python = findPython(tree, image.config.env);
  return {
    platform,
    python,
    libc: findLibc(tree, python.path, platform.architecture),
    passwd: wholeLines(fileText(tree, '/etc/passwd')),
    group: wholeLines(fileText(tree, '/etc/group')),
    shell: tree.resolve('/bin/sh')?.node.type === 'file',
    packages: dpkgPackages(tree).map(({ name, version }) => `${name}=${version}`),
    sonames: findSonames(tree, platform.architecture),
    config: inheritedConfig(image.config),
    content: { kind: 'registry', reference, digest: image.digest, manifest: image.manifestDigest, layers },
  };
}

function baseLayer({ mediaType, digest, size }: Descriptor, { diffIds }: ImageConfigFile, index: number): BaseLayer {
  const diffId = diffIds[index];
  const known: readonly string[] = [mediaTypes.layer, mediaTypes.layerGzip, mediaTypes.layerZstd];
  if (diffId !== undefined && known.includes(mediaType)) return { mediaType, digest, size, diffId };
  throw new ToolError('BASE_LAYER_UNREADABLE', `cannot use the layer ${digest} of the base: its media type is ${mediaType}`, {
    hint: 'use a base whose layers are tar archives in gzip, zstd or plain form',
  });
}

// Values with line breaks or NUL cannot be written back as they were meant.
function inheritedConfig({ env, labels, volumes, exposedPorts }: ImageConfigFile): InheritedConfig {
  return {
    env: env.filter((entry) => entry.indexOf('=') > 0 && isLine(entry)),
    labels: Object.fromEntries(Object.entries(labels).filter(([key]) => isLine(key))),
    volumes: volumes.filter(isLine),
    exposedPorts: exposedPorts.filter((port) => /^[!-~]+$/.test(port)),
  };
}

function isLine(text: string): boolean {
  return !/[\0\n\r]/.test(text);
}

function wholeLines(text = ''): string {
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.includes('\0'));
  return lines.map((line) => `${line}\n`).join('');
}
