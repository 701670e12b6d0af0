const methods = ['log', 'warn', 'error'] as const;

/** Runs `work` while nothing reaches the console: pyodide writes there when it fails, and only `cli` may print. */
export function quietly<T>(work: () => T): T {
  const output = globalThis.console;
  const saved = methods.map((method) => output[method]);
  for (const method of methods) output[method] = () => {};
  const back = () => {
    for (const [index, method] of methods.entries()) output[method] = saved[index] ?? output[method];
  };
  let result: T;
  try {
    result = work();
  } catch (error) {
    back();
    throw error;
  }
  if (!(result instanceof Promise)) {
    back();
    return result;
  }
  return result.finally(back) as T;
}
