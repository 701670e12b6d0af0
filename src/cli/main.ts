#!/usr/bin/env node
import { keepCompiledCode } from './compile-cache.ts';

// The only place that ends the process. All else is loaded once compiled code is kept.
keepCompiledCode(process.env);
const { main } = await import('./command-line.ts');
process.exitCode = await main(process.argv.slice(2));
