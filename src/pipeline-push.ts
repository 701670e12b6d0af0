import type { Context } from './context.ts';
import type { Digest } from './digest.ts';
import { type RemoteCache, remoteCache } from './pipeline-remote.ts';
import type { ImagePlan } from './plan/index.ts';
import { createRegistry, parseReference } from './registry/index.ts';
import { type HoldersOf, type PushTarget, remoteRepositories, targetsOf } from './remote/index.ts';
import { registrySink, type Sink } from './sinks/index.ts';

/** A push under way: one client, and all that it has seen of the repositories so far. */
export interface Push {
  /** Where an image goes, the main repository first. Errors: PUSH_NO_REPOSITORY, REFERENCE_INVALID. */
  targets(references: readonly string[]): readonly PushTarget[];
  /** Asks what the tags of targets name by now, while everything is still being planned. */
  begin(targets: readonly PushTarget[]): void;
  /** What the image holds already that a target's main tag names; undefined if that shall not be used. */
  cache(targets: readonly PushTarget[]): RemoteCache | undefined;
  /** Pushes an image of these plans; `made` are the layers that this run made. */
  sink(plans: readonly ImagePlan[], made: ReadonlySet<Digest>): Sink;
  /** Ends what is still under way after a failure. */
  stop(): void;
}

export interface PushOptions {
  /** Whether the previous image may stand in for layers that the store lacks. */
  readonly remote: boolean;
  /** Whether what it stands for is looked at more closely. */
  readonly verify: boolean;
}

/** Starts a push; nothing is sent yet. */
export function startPush(ctx: Context, { remote, verify }: PushOptions): Push {
  const stop = new AbortController();
  const signal = AbortSignal.any([ctx.signal, stop.signal]);
  const registry = createRegistry({ ...ctx, signal });
  const open = remoteRepositories(registry);
  return {
    targets: (references) => targetsOf(references, open),
    begin: (targets) => {
      // Whoever waits for the answer learns of a failure.
      for (const { remote, tags } of targets) for (const tag of tags) remote.head(tag).catch(() => undefined);
    },
    cache: ([target]) => (remote && target !== undefined ? remoteCache({ target, registry, verify }) : undefined),
    sink: (plans, made) => registrySink({ registry, open, ctx, made, holders: baseHolders(plans) }),
    stop: () => stop.abort(),
  };
}

/** A base in the same registry is taken over from its own repository. */
function baseHolders(plans: readonly ImagePlan[]): HoldersOf {
  const bases = plans.flatMap(({ base: { content } }) =>
    content.kind === 'registry' && !content.reference.startsWith('oci:')
      ? [{ repository: parseReference(content.reference), layers: new Set(content.layers.map(({ digest }) => digest)) }]
      : [],
  );
  return (digest) => bases.filter(({ layers }) => layers.has(digest)).map(({ repository }) => repository);
}
