/**
 * /etc/passwd of an assembled base. `*`, not `x`: there is no /etc/shadow. The run user belongs to a layer of its own (DESIGN §4).
 */
export const passwdText = [
  'root:*:0:0:root:/root:/usr/sbin/nologin',
  'nobody:*:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
  '',
].join('\n');

/** /etc/group of an assembled base: the groups that files of the base are owned by, and Debian's group for ordinary users. */
export const groupText = ['root:*:0:', 'tty:*:5:', 'staff:*:50:', 'users:*:100:', 'nogroup:*:65534:', ''].join('\n');
