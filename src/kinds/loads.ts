import { byteSize, counted } from './amounts.ts';
import { isInProgress } from './quotas.ts';
import type { Reader } from './reader.ts';
import type { Keys, Views } from './views.ts';

/** The ids of the changesets that are being loaded into a database, sorted. */
export async function loadsInto(read: Reader, { environmentId, databaseName }: Keys['kx-database']): Promise<string[]> {
  const changesets = await read.listed('kx-changeset', { environmentId, databaseName });
  return changesets
    .filter(({ status }) => isInProgress(status))
    .map(({ changesetId }) => String(changesetId))
    .sort();
}

/** `1.4 GB in 236 files, 6 changesets, 1 more in progress`. */
export const dataText = (
  { numBytes, numFiles, numChangesets }: Partial<Views['kx-database']>,
  loads: readonly string[],
): string =>
  `${byteSize(numBytes)} in ${counted('file', Number(numFiles) || 0)}, ${counted('changeset', Number(numChangesets) || 0)}${loadsText(loads)}`;

/** `, 1 more in progress`; empty without any. */
export const loadsText = ({ length }: readonly string[]): string =>
  length === 0 ? '' : `, ${length} more in progress`;
