/** One paragraph of a control file (deb822(5)): field names in lower case, values without the leading blank; continuation lines are kept. */
export type Stanza = ReadonlyMap<string, string>;

/** Reads one paragraph; comment lines are skipped, unknown lines ignored. */
export function parseStanza(text: string): Stanza {
  const fields = new Map<string, string>();
  let current: string | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    if (/^[ \t]/.test(line)) {
      if (current !== undefined) fields.set(current, `${fields.get(current)}\n${line.slice(1)}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    current = line.slice(0, colon).toLowerCase();
    fields.set(current, line.slice(colon + 1).trim());
  }
  return fields;
}

/** Reads all paragraphs of a text. */
export function parseStanzas(text: string): readonly Stanza[] {
  return text
    .split(/\n[ \t]*\n/)
    .map(parseStanza)
    .filter((stanza) => stanza.size > 0);
}
