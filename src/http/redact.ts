/** A URL for messages: without user name, password, query and fragment, which may hold tokens. Text that is no URL becomes `(not a URL)`. */
export function redact(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`;
}
