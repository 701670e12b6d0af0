const endings: (() => Promise<unknown>)[] = [];

/** Remembers what must be stopped or removed when the benchmark ends, however it ends. */
export function atEnd(ending: () => Promise<unknown>): void {
  endings.push(ending);
}

/** Stops everything, the newest first; one that fails does not keep the others. */
export async function endAll(): Promise<void> {
  for (let ending = endings.pop(); ending !== undefined; ending = endings.pop()) {
    await ending().catch((error: unknown) => console.error(error));
  }
}

/** Ctrl-C and SIGTERM end everything first. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void endAll().finally(() => process.exit(130)));
  }
}
