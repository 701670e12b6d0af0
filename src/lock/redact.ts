/** The text with `user:password@` taken out of every URL, for messages. Data keeps it; it is needed to fetch. */
export function redact(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/?#\s'"]*@/gi, '$1');
}
