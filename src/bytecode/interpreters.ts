import { asDigest, type Digest } from '../digest.ts';
import type { MarshalMinor } from './marshal/index.ts';

/** A CPython compiled to WebAssembly, as the npm package `pyodide` ships it. */
export interface Interpreter {
  /** `X.Y`. */
  readonly minor: MarshalMinor;
  /** Version of the npm package. */
  readonly package: string;
  /** Subresource integrity of the package's tarball, as `npm view pyodide@VERSION dist.integrity` prints it. */
  readonly integrity: string;
  /** SHA-256 and bytes of that tarball, by which the store keeps it. */
  readonly sha256: Digest;
  readonly size: number;
  /** The file of the package that holds the loader of the WebAssembly module. */
  readonly script: 'pyodide.asm.js' | 'pyodide.asm.mjs';
  /** X.Y.Z of CPython; goes into recipes (`Bytecode.compiler`). */
  readonly cpython: string;
  /** The number in the first two bytes of a .pyc (importlib's MAGIC_NUMBER). */
  readonly magic: number;
  /** Whether its memory can be stored after the start. */
  readonly hasSnapshot: boolean;
  /** Whether CPython watches how much of its stack is left; older ones count calls. */
  readonly countsStack: boolean;
}

/** The minor whose interpreter is a dependency of this package; the others are fetched when they are needed. */
export const bundledMinor = '3.13';

const table: readonly Interpreter[] = [
  {
    minor: '3.11',
    package: '0.25.1',
    integrity: 'sha512-y0nJ/fLA3bxD2iZRzvVTbP2O+wp4Ewm2wThfV4HF0BytQ6hsoqTJFLNY4usLOcCVBrK8TTWqFqrmsVPzHe4rsw==',
    sha256: asDigest('sha256:d301c5b18b888ec7ad2bf616fcdd14eb36f4c9f41c513f89fcfcc3455d447a63'),
    size: 5_464_860,
    script: 'pyodide.asm.js',
    cpython: '3.11.3',
    magic: 3495,
    hasSnapshot: false,
    countsStack: false,
  },
  {
    minor: '3.12',
    package: '0.27.7',
    integrity: 'sha512-RUSVJlhQdfWfgO9hVHCiXoG+nVZQRS5D9FzgpLJ/VcgGBLSAKoPL8kTiOikxbHQm1kRISeWUBdulEgO26qpSRA==',
    sha256: asDigest('sha256:89d5d952675eb08e11286e52c7238f1248ce71726e896db9703e73bef23dc343'),
    size: 5_898_824,
    script: 'pyodide.asm.js',
    cpython: '3.12.7',
    magic: 3531,
    hasSnapshot: true,
    countsStack: false,
  },
  {
    minor: '3.13',
    package: '0.29.5',
    integrity: 'sha512-TkYrUv9m8QmfImADKRmpwZulL48E0uUaBSO+dvRQKyAJc0qh9gu7jn8btyHPh3NZm1r2IH2YrJhIr7Q2B9urAw==',
    sha256: asDigest('sha256:6749b10ee515a1458ecea36d860c8ce2a48366e85b3f92d749ad1840e4aff181'),
    size: 5_598_317,
    script: 'pyodide.asm.js',
    cpython: '3.13.2',
    magic: 3571,
    hasSnapshot: true,
    countsStack: false,
  },
  {
    minor: '3.14',
    package: '314.0.7',
    integrity: 'sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==',
    sha256: asDigest('sha256:66b7949e5a0cba2250b586d7e368bf12fb482800748d182c4618254b685ffaa0'),
    size: 6_488_647,
    script: 'pyodide.asm.mjs',
    cpython: '3.14.2',
    magic: 3627,
    hasSnapshot: true,
    countsStack: true,
  },
];

/** The interpreter of a minor `X.Y`, or undefined if there is none: then no bytecode is made. */
export function interpreterFor(minor: string): Interpreter | undefined {
  return table.find((interpreter) => interpreter.minor === minor);
}
