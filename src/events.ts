import type { Digest } from './digest.ts';

/** What a stage reports while it works; only `cli/` turns events into text. Sizes are bytes, times milliseconds. */
export type WherryEvent =
  | { readonly type: 'stage'; readonly stage: Stage; readonly state: 'start' }
  | { readonly type: 'stage'; readonly stage: Stage; readonly state: 'done'; readonly milliseconds: number; readonly note?: string }
  | { readonly type: 'progress'; readonly stage: Stage; readonly item: string; readonly done: number; readonly total?: number }
  | LayerEvent
  | { readonly type: 'note' | 'warning'; readonly message: string; readonly hint?: string };

/** A layer is known. */
export interface LayerEvent {
  readonly type: 'layer';
  readonly kind: string;
  readonly name: string;
  readonly digest: Digest;
  readonly size: number;
  /** Not made in this run: from the store, or named by the previous image in the registry. */
  readonly reused: boolean;
}

/** The stages of DESIGN §1 in their order. */
export type Stage = 'project' | 'lock' | 'resolve' | 'select' | 'plan' | 'produce' | 'image' | 'sinks';

export type Emit = (event: WherryEvent) => void;
