/**
 * Runs `work` on every item, at most `width` at a time, and gives the results in the order of the items. After the first error nothing more is
 * started, and it is thrown when what was under way has ended.
 */
export async function parallel<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (const [position, item] of queue) {
      if (failure !== undefined) return;
      try {
        results[position] = await work(item);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  if (failure !== undefined) throw failure.error;
  return results;
}
