/** What is known for a key, else what `ask` finds out: once for all who want it at the same time. A failure is not kept. */
export async function remembered<T>(memory: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const known = memory.get(key);
  if (known !== undefined) return await known;
  const asking = ask();
  memory.set(key, asking);
  asking.catch(() => memory.delete(key));
  return await asking;
}
