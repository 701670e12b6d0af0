/** A number with what it counts, in the plural where it is not one: `1 layer`, `3 layers`. The plural is the noun with an `s`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
