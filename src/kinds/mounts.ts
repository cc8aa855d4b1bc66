import { toolName } from '../operations/naming.ts';
import type { Problem } from './model.ts';
import type { Reader } from './reader.ts';
import { checkReady } from './rules.ts';

interface Database {
  readonly environmentId: string;
  readonly databaseName: string;
}

/** A changeset that a call names exists and can be mounted; without one, the latest is mounted. */
export async function mountable(read: Reader, database: Database, changesetId: string | undefined): Promise<Problem[]> {
  if (changesetId === undefined) return [];
  const key = { environmentId: database.environmentId, databaseName: database.databaseName, changesetId };
  const { problems } = await checkReady(read, 'kx-changeset', key, { error: 'Validation' });
  const advice = `It failed: name one that is COMPLETED (${toolName('ListKxChangesets')}).`;
  return problems.map((problem) => (problem.status === 'FAILED' ? { ...problem, advice } : problem));
}
