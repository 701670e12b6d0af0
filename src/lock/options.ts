import type { TomlTable } from '../project/types.ts';
import { parseCutoff } from '../uvsettings/index.ts';
import { byName, tableAt, textAt } from './table.ts';

/** One resolver setting on both sides, in one form; equal texts mean equal settings. */
export interface OptionPair {
  /** The key in `[tool.uv]`. */
  readonly key: string;
  readonly lock: string;
  readonly project: string;
}

/** Resolver settings that decide what is locked. `settings` are `[tool.uv]` or uv.toml; `options` are `[options]` of the lock. */
export function optionPairs(settings: TomlTable, options: TomlTable): readonly OptionPair[] {
  const plain = (key: string, lockKey: string, byDefault: string): OptionPair => ({
    key,
    lock: textAt(options, lockKey) ?? byDefault,
    project: textAt(settings, key) ?? byDefault,
  });
  return [
    plain('resolution', 'resolution-mode', 'highest'),
    prerelease(settings, options),
    plain('fork-strategy', 'fork-strategy', 'requires-python'),
    { key: 'exclude-newer', lock: lockedCutoff(options), project: cutoffText(settings['exclude-newer']) },
    perPackage('exclude-newer-package', settings, options, cutoffText),
    perPackage('prerelease-package', settings, options, String),
  ];
}

/** `if-necessary-or-explicit` is what uv called its default before, and is still read in settings. */
function prerelease(settings: TomlTable, options: TomlTable): OptionPair {
  const declared = textAt(settings, 'prerelease') ?? 'if-necessary';
  return {
    key: 'prerelease',
    lock: textAt(options, 'prerelease-mode') ?? 'if-necessary',
    project: declared === 'if-necessary-or-explicit' ? 'if-necessary' : declared,
  };
}

/** A span is written beside a meaningless time, for older versions of uv. */
function lockedCutoff(options: TomlTable): string {
  return cutoffText(options['exclude-newer-span'] ?? options['exclude-newer']);
}

function cutoffText(value: unknown): string {
  return value === false ? 'off' : (parseCutoff(value)?.key ?? '');
}

function perPackage(key: string, settings: TomlTable, options: TomlTable, read: (value: unknown) => string): OptionPair {
  const text = (table: TomlTable) =>
    [...byName(tableAt(table, key))]
      .map(([name, value]) => `${name} = ${read(value)}`)
      .sort()
      .join(', ');
  return { key, lock: text(options), project: text(settings) };
}
