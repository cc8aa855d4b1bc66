import type { Input } from '../index.ts';
import { type Condition, valueCondition } from './condition.ts';

type Request = Input<'CreateKxChangeset'>;
type Change = Request['changeRequests'][number];

const isPut = ({ changeType }: Change) => changeType === 'PUT';

/** A condition on each request of a changeset; the first one that violates it is named. */
const eachChange = (member: 's3Path' | 'dbPath', violates: (change: Change) => boolean, says: string) =>
  valueCondition<Request>(
    ({ changeRequests }) => `changeRequests.${changeRequests.findIndex(violates)}.${member}`,
    ({ changeRequests }) => !changeRequests.some(violates),
    says,
  );

export const NEW_CHANGESET: readonly Condition<Request>[] = [
  eachChange('s3Path', (change) => isPut(change) && change.s3Path === undefined, 'Member is required for PUT'),
  eachChange(
    'dbPath',
    (change) => isPut(change) && !(change.dbPath.startsWith('/') && change.dbPath.endsWith('/')),
    'Member must begin and end with / for PUT',
  ),
];
