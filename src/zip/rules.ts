import { ToolError } from '../errors/index.ts';

/**
 * The refuse list: every rule has a stable name, which the message of ARCHIVE_UNSAFE carries.
 * Sources: APPNOTE.TXT 6.3.10 and the differences between zip readers that advisories describe.
 */
export const zipRules = {
  'central-bounds': 'the central directory does not lie directly before the end record',
  'central-header': 'a record of the central directory is malformed',
  'central-too-large': 'the central directory is larger than allowed',
  'comment-control-bytes': 'the comment holds bytes 1 to 8, as a second archive would',
  'compression-method': 'only stored, deflate and zstd entries are accepted',
  'data-crc': 'the CRC-32 of the data differs from the header',
  'data-invalid': 'the compressed data is damaged',
  'data-size': 'the size of the data differs from the header',
  'data-trailing': 'the compressed data ends before its last byte',
  'descriptor-mismatch': 'the data descriptor differs from the central directory',
  'descriptor-missing': 'the entry announces a data descriptor but has none',
  'descriptor-unexpected': 'the entry has a data descriptor without announcing it',
  'directory-with-data': 'a directory entry has data',
  'duplicate-path': 'two entries have one path',
  encrypted: 'the entry is encrypted',
  'end-record-missing': 'there is no end of central directory record',
  'end-record-truncated': 'the comment of the end record goes beyond the end of the file',
  'entry-count': 'the end record counts other entries than the central directory has',
  'extra-field': 'an extra field is malformed',
  gap: 'there are bytes that belong to no entry',
  'leading-bytes': 'there are bytes before the first entry',
  'local-crc': 'local header and central directory give different CRC-32 values',
  'local-flags': 'local header and central directory give different flags',
  'local-header-missing': 'there is no local header where the central directory says',
  'local-method': 'local header and central directory give different compression methods',
  'local-name': 'local header and central directory give different names',
  'local-size': 'local header and central directory give different sizes',
  'local-without-central': 'a local header has no record in the central directory',
  'multi-disk': 'the archive is split over several disks',
  'name-absolute': 'the path is absolute',
  'name-backslash': 'the path holds a backslash',
  'name-control-character': 'the path holds a control, format, private or unassigned character',
  'name-drive': 'the path starts with a drive letter',
  'name-empty': 'the path is empty',
  'name-encoding': 'the path is not ASCII and not marked as UTF-8',
  'name-not-normal': 'the path has empty or `.` segments',
  'name-not-utf8': 'the path is not UTF-8',
  'name-parent': 'the path has a `..` segment',
  'name-too-long': 'a segment of the path is longer than 255 bytes',
  overlap: 'two entries share bytes',
  'path-conflict': 'a file is also the parent directory of another entry',
  ratio: 'the archive grows more than allowed when it is decompressed',
  'same-offset': 'two entries have one local header',
  'special-file': 'the entry is a device, socket or pipe',
  symlink: 'the entry is a symbolic link',
  'too-large': 'the archive is larger than allowed when it is decompressed',
  'too-many-entries': 'the archive has more entries than allowed',
  'trailing-bytes': 'there are bytes after the end record',
  'two-end-records': 'there are two end of central directory records',
  'unicode-path': 'the Unicode path extra field disagrees with the name',
  'zip64-conflict': 'ZIP64 and classic values contradict each other',
  'zip64-extensible-data': 'the ZIP64 end record has an extensible data sector',
  'zip64-extra': 'the ZIP64 extra field is too short, too long or there twice',
  'zip64-locator': 'the ZIP64 locator does not point to a ZIP64 end record directly before it',
  'zip64-needless': 'a ZIP64 value would fit the classic field',
  'zstd-too-large': 'a zstd entry is larger than allowed',
} as const;

export type ZipRule = keyof typeof zipRules;

/** ARCHIVE_UNSAFE for one rule; `entry` is the path inside the archive, if the rule concerns one. */
export function unsafe(archive: string, rule: ZipRule, entry?: string): ToolError {
  const place = entry === undefined ? archive : `${JSON.stringify(entry)} in ${archive}`;
  return new ToolError('ARCHIVE_UNSAFE', `${archive} breaks the archive rule ${rule}`, { details: [`${place}: ${zipRules[rule]}`] });
}
