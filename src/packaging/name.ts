const nameShape = /^[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?$/i;

/** The one spelling by which names of packages, extras and groups are compared: lower case, runs of `-_.` become `-` (PEP 503). */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** Whether the text is a valid name of a package, extra or group (core metadata specification, "Name"). */
export function isValidName(name: string): boolean {
  return nameShape.test(name);
}
