/**
 * In: a plan and a store. Out: the layers of the plan, in the store, with digest, DiffID and size.
 * Must not: let thread count, order of finishing, cache state or the host decide a byte; leave files behind when stopped.
 */

export { LayerPool } from './pool.ts';
export type { LayerLookup, ProduceOptions } from './produce.ts';
export { makeLayers, produceLayers } from './produce.ts';
export { defaultWorkers } from './workers.ts';
