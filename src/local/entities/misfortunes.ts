import { failChangeset } from './kx-changeset.ts';
import { failVersion } from './kx-dataview-versions.ts';
import { failEnvironment } from './kx-environment.ts';
import { type Misfortune, withReason } from './misfortune.ts';

/** What failing does, by kind, beside the status; each is called with entities of its own kind only. */
export const MISFORTUNES = {
  kxEnvironment: failEnvironment,
  kxCluster: withReason,
  kxChangeset: failChangeset,
  kxDataview: failVersion,
  kxScalingGroup: withReason,
  kxVolume: withReason,
} as unknown as Readonly<Record<string, Misfortune<unknown>>>;
