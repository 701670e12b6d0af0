/** Attributes of one element by lower-case name, entities decoded; an attribute without a value is empty. */
export type Attributes = ReadonlyMap<string, string>;

const start = /<(a|base)\s/gi;
const attribute = /([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/g;

/** The links of an HTML page and its `<base href>`. Comments and scripts are not told apart: index pages have none that hold links. */
export function anchorsOf(text: string): { readonly base: string | undefined; readonly anchors: readonly Attributes[] } {
  const anchors: Attributes[] = [];
  let base: string | undefined;
  start.lastIndex = 0;
  for (let found = start.exec(text); found !== null; found = start.exec(text)) {
    const end = endOfTag(text, start.lastIndex);
    const attributes = attributesOf(text.slice(start.lastIndex, end));
    start.lastIndex = end;
    if (found[1]?.toLowerCase() === 'a') anchors.push(attributes);
    else base ??= attributes.get('href');
  }
  return { base, anchors };
}

/** The closing `>` outside of quotes. Search goes on behind it, so that no page is read twice. */
function endOfTag(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '>') {
    const quote = text[at];
    const close = quote === '"' || quote === "'" ? text.indexOf(quote, at + 1) : at;
    if (close === -1) return text.length;
    at = close + 1;
  }
  return at;
}

function attributesOf(body: string): Attributes {
  const found = new Map<string, string>();
  for (const [, name = '', double, single, bare] of body.matchAll(attribute)) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, decoded(double ?? single ?? bare ?? ''));
  }
  return found;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
}
