/**
 * In: a zip file whose digest is known to be right. Out: its entries and their verified contents, or ARCHIVE_UNSAFE with a rule name.
 * Must not: guess, repair, skip an entry, or allocate by what the archive claims before a cap was checked.
 */
export { brokenNameRule } from './names.ts';
export { type OpenZipOptions, openZip } from './open.ts';
export { unsafe, type ZipRule, zipRules } from './rules.ts';
export type { FileReference } from './source.ts';
export { defaultZipLimits, type Zip, type ZipEntry, type ZipLimits, type ZipMethod } from './types.ts';
export { type NewEntry, writeZip } from './write.ts';
