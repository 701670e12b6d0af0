/**
 * In: an image whose layers can be opened. Out: its packages, files and layers as data, and what is wrong with it.
 * Must not: print, write, or run anything of the image.
 */
export { type Finding, type FindingRule, imageCheck } from './check.ts';
export { type LayerLine, listFiles, listLayers } from './lists.ts';
export type { LayerMaking } from './making.ts';
export { type InstalledPackage, listPackages } from './packages.ts';
export type { ImageFile } from './walk.ts';
