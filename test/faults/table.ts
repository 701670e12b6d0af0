import { locations } from './locations.ts';
import { logins } from './logins.ts';
import { manifests } from './manifests.ts';
import { pulls } from './pulls.ts';
import { referrers } from './referrers.ts';
import { registries } from './registries.ts';
import type { FaultRow } from './row.ts';
import { uploads } from './uploads.ts';

/** All faults, by what is going on when they strike. */
export const faultTable: Readonly<Record<string, readonly FaultRow[]>> = {
  'Sending blobs': uploads,
  'Where blobs go, and mounts': locations,
  'Storing manifests and tags': manifests,
  'Logins and tokens': logins,
  'Reading images': pulls,
  'Attestations and signatures': referrers,
  'Registries with ways of their own': registries,
};
