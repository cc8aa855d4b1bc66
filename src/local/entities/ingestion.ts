import type { Input } from '../../operations/index.ts';
import { arnOf } from '../arns.ts';
import type { Context } from '../context.ts';
import { numberFrom } from '../random.ts';
import type { Bodies } from '../worlds/bodies.ts';
import type { Stored } from './storage.ts';

type ChangeRequest = Input<'CreateKxChangeset'>['changeRequests'][number];
type Sizes = Pick<Bodies['kx-database'], 'numBytes' | 'numFiles'>;
type Outcome = Sizes | Required<Pick<Bodies['kx-changeset'], 'errorInfo'>>;

/** The contents of a database after a changeset. S3 is never read: sizes follow from the paths. */
export async function contentsAfter(
  requests: readonly ChangeRequest[],
  database: Stored<'kx-database'>,
  { tx, world }: Context,
): Promise<Outcome> {
  const buckets = (await tx.settings(world.arn))?.buckets;
  let { numBytes, numFiles } = database.body;
  for (const { changeType, s3Path, dbPath } of requests) {
    const bucket = s3Path?.split('/')[2];
    if (changeType === 'PUT' && buckets !== undefined && !buckets.includes(bucket ?? '')) {
      return failed(`The S3 location ${s3Path} was not found.`);
    }
    if (changeType === 'DELETE' && numFiles === 0) {
      return failed(`The path ${dbPath} was not found in the database.`);
    }
    const { files, bytes } = sizeOf(arnOf(database), dbPath);
    const sign = changeType === 'PUT' ? 1 : -1;
    numFiles = Math.max(0, numFiles + sign * files);
    numBytes = numFiles === 0 ? 0 : Math.max(numFiles * SMALLEST_FILE_BYTES, numBytes + sign * bytes);
  }
  return { numBytes, numFiles };
}

const SMALLEST_FILE_BYTES = 100_000;

function sizeOf(database: string, dbPath: string): { files: number; bytes: number } {
  const files = numberFrom(`files ${database} ${dbPath}`, 3, 40);
  return { files, bytes: files * numberFrom(`bytes ${database} ${dbPath}`, SMALLEST_FILE_BYTES, 12_000_000) };
}

const failed = (errorMessage: string): Outcome => ({
  errorInfo: { errorType: 'One or more inputs to this request were not found.', errorMessage },
});
