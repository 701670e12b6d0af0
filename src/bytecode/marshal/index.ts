/**
 * In: the marshal data of a code object as CPython wrote it. Out: the one form of it that depends on nothing but its value.
 * Must not: run anything, or change what loading it gives.
 */
export { type MarshalMinor, normalise } from './normalise.ts';
