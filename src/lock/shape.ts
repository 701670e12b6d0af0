/** Where a value lies in the document: keys and list positions from the top. */
export type Place = readonly (string | number)[];

/** A TOML value with its place, so that a wrong shape can be reported with a line. */
export interface Node {
  readonly value: unknown;
  readonly place: Place;
}

/** A value has another shape than uv writes. Caught by `parseLock`, which turns it into a `ToolError` with file and line. */
export class ShapeError extends Error {
  readonly place: Place;

  constructor(place: Place, problem: string) {
    super(problem);
    this.place = place;
  }
}

/** `package[3].wheels[0].hash`, for messages. */
export function placeName(place: Place): string {
  return place.reduce<string>((name, key) => (typeof key === 'number' ? `${name}[${key}]` : name === '' ? key : `${name}.${key}`), '');
}

/** Throws a `ShapeError` for a node. */
export function refuse(node: Node, problem: string): never {
  throw new ShapeError(node.place, problem);
}

/** The value under a key of a table, `undefined` inside if the key is absent. */
export function child(node: Node, key: string): Node {
  const table = tableOf(node);
  return { value: Object.hasOwn(table, key) ? table[key] : undefined, place: [...node.place, key] };
}

/** The first of several spellings of a key that is present, else the first one. */
export function childOf(node: Node, ...keys: readonly [string, ...string[]]): Node {
  const present = keys.find((key) => child(node, key).value !== undefined);
  return child(node, present ?? keys[0]);
}

/** The value as a table. */
export function tableOf(node: Node): Readonly<Record<string, unknown>> {
  const { value } = node;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date) refuse(node, 'must be a table');
  return value as Readonly<Record<string, unknown>>;
}

/** The value as text; absent is an error. */
export function textOf(node: Node): string {
  if (typeof node.value !== 'string') refuse(node, node.value === undefined ? 'is missing' : 'must be text');
  return node.value;
}

/** The value as text, or `undefined` if absent. */
export function optionalText(node: Node): string | undefined {
  return node.value === undefined ? undefined : textOf(node);
}

/** The value as a count, or `undefined` if absent. */
export function optionalCount(node: Node): number | undefined {
  const { value } = node;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) refuse(node, 'must be a whole number');
  return value;
}

/** The elements of a list; absent means none. */
export function listOf(node: Node): readonly Node[] {
  const { value, place } = node;
  if (value === undefined) return [];
  if (!Array.isArray(value)) refuse(node, 'must be a list');
  return value.map((element: unknown, index) => ({ value: element, place: [...place, index] }));
}

/** A list of texts; absent means none. */
export function textsOf(node: Node): readonly string[] {
  return listOf(node).map(textOf);
}

/** A table whose values are read one by one; absent means empty. */
export function mapOf<T>(node: Node, read: (value: Node) => T): Readonly<Record<string, T>> {
  if (node.value === undefined) return {};
  return Object.fromEntries(Object.keys(tableOf(node)).map((key) => [key, read(child(node, key))]));
}
