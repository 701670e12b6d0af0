const builtinImport = /^import (?:([\w$]+)(?:, )?)?(?:\{([^}]*)\})? from "(node:[a-z/_]+)";$/gm;

/**
 * Code of a chunk that takes what it uses of Node's own modules, and no more. An `import` reads everything that a module exports, and some of it
 * loads a part of Node when it is read: Web Crypto, streams of files, a second HTTP client.
 */
export function takeBuiltins(code: string): string {
  return code.replaceAll(builtinImport, (_line, whole: string | undefined, names: string | undefined, module: string) => {
    const wanted = [whole, names === undefined ? undefined : `{${names.replaceAll(' as ', ': ')}}`].filter((part) => part !== undefined);
    return `const ${wanted.map((part) => `${part} = globalThis.process.getBuiltinModule("${module}")`).join(', ')};`;
  });
}
