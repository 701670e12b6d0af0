/** A package index, or a directory of files, in the order in which it is asked. */
export interface IndexPlace {
  /** What `UV_INDEX_<NAME>_USERNAME` refers to. */
  readonly name?: string;
  /** https URL (http on loopback), or the absolute path of a directory; may hold credentials. */
  readonly url: string;
  /** `simple`: one page per project (PEP 503, 691). `flat`: one page or directory with files of all projects (`--find-links`). */
  readonly kind: 'simple' | 'flat';
  /** Where it is configured, for people: `UV_DEFAULT_INDEX`, `pip.conf`, `requirements.txt:1`. */
  readonly origin: string;
}

/** Options of one source of settings, in pip's and uv's common terms. */
export interface IndexOptions {
  /** The index that is asked last and stands for "the" index. */
  readonly index?: IndexPlace | undefined;
  /** Asked before it. */
  readonly extra: readonly IndexPlace[];
  /** Asked first. */
  readonly findLinks: readonly IndexPlace[];
  /** No index at all: only `findLinks`. */
  readonly noIndex?: boolean;
  /** URLs with user and password of single files, for what lies at their origins. */
  readonly logins?: readonly { readonly url: string; readonly origin: string }[];
}
