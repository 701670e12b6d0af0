/** What of the packages stays out of the root; measured in size against what would miss it. Paths are those of a merged /usr. */
export const droppedPaths: readonly RegExp[] = [
  // Only glibc's iconv() for other character sets uses these; Python has its own codecs.
  /^usr\/lib\/[^/]+\/gconv(\/|$)/,
  // Documentation, except licences.
  /^usr\/share\/doc\/[^/]+\/(?!copyright$)/,
  /^usr\/share\/(man|info|doc-base|lintian|bug|gdb|pixmaps|readline|initramfs-tools|binfmts|dict)(\/|$)/,
  /^usr\/share\/gcc(-\d+)?(\/|$)/,
  // Programs, except Python, ldconfig (ctypes.util.find_library runs it) and the shell.
  /^usr\/bin\/(?!python3(\.\d+)?$|busybox$)/,
  /^usr\/sbin\/(?!ldconfig$)/,
  /^usr\/lib\/binfmt\.d(\/|$)/,
  /^usr\/lib\/ssl\/(misc|private)(\/|$)/,
  /^etc\/ssl\/private(\/|$)/,
  /^usr\/lib\/[^/]+\/engines-\d+(\/|$)/,
  /^usr\/share\/python3(\/|$)/,
  // Parts of the standard library that only tests and interactive use need.
  /^usr\/lib\/python3\.\d+\/(test|pydoc_data)(\/|$)/,
  /^usr\/lib\/python3\.\d+\/turtle\.py$/,
  /^usr\/lib\/python3\.\d+\/lib-dynload\/(_test|xx|nis\.)[^/]*$/,
  // Libraries for C programs only, and glibc's debugging aids.
  /^usr\/lib\/[^/]+\/lib(expatw|history|formw|menuw|tic)\.so\./,
  /^usr\/lib\/[^/]+\/lib(c_malloc_debug|memusage|pcprofile|thread_db|BrokenLocale|nss_hesiod|nss_compat)\.so/,
  // Sources of files that are made here: the certificate bundle, /etc/nsswitch.conf, templates of home directories.
  /^usr\/share\/ca-certificates(\/|$)/,
  /^etc\/ca-certificates(\/|$)/,
  /^usr\/share\/(base-files|libc-bin)(\/|$)/,
  // Time zones that count leap seconds.
  /^usr\/share\/zoneinfo\/right(\/|$)/,
  // Shown at logins, of which there are none.
  /^etc\/(issue|issue\.net|update-motd\.d|profile\.d|skel)(\/|$)/,
];

/** Whether a path of a package stays out of the root. */
export function isDropped(path: string): boolean {
  return droppedPaths.some((pattern) => pattern.test(path));
}
