import { failChangeset } from './kx-changeset.ts';
import { failVersion } from './kx-dataview-versions.ts';
import { failEnvironment } from './kx-environment.ts';
import { type Misfortune, withReason } from './misfortune.ts';

/** The effects of a failure besides the status, by kind; each is called only with entities of its own kind. */
export const MISFORTUNES = {
  'kx-environment': failEnvironment,
  'kx-cluster': withReason,
  'kx-changeset': failChangeset,
  'kx-dataview': failVersion,
  'kx-scaling-group': withReason,
  'kx-volume': withReason,
} as unknown as Readonly<Record<string, Misfortune<unknown>>>;
