import { arnOf, keyOf } from '../arns.ts';
import { connectionString } from '../connection-string.ts';
import type { Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { requireThat } from '../service-error.ts';
import { seconds } from '../timestamps.ts';
import { addEntity, deleteOf, getOf, listOf, type Presentation, type Stored, settingsIn } from './storage.ts';

function detail(user: Stored<'kx-user'>) {
  const { created, modified, ...members } = user.body;
  const arn = arnOf(user);
  return Object.assign(keyOf(arn), members, { userArn: arn });
}

const USER: Presentation<'kx-user'> = {
  kind: 'kx-user',
  detail,
  summary: (user) => ({
    ...detail(user),
    createTimestamp: seconds(user.body.created),
    updateTimestamp: seconds(user.body.modified),
  }),
};

export const kxUsers = {
  async CreateKxUser(input, context) {
    const body = { created: context.now, modified: context.now, ...settingsIn('kx-user', input) };
    return detail(await addEntity('kx-user', input, { status: '', body, tags: input.tags }, context));
  },

  GetKxUser: getOf(USER),
  ListKxUsers: listOf(USER),

  async UpdateKxUser(input, context) {
    const user = await entityAt('kx-user', input, context);
    const updated = { ...user, body: { ...user.body, ...settingsIn('kx-user', input), modified: context.now } };
    await context.tx.put(updated);
    return detail(updated);
  },

  DeleteKxUser: deleteOf('kx-user'),

  async GetKxConnectionString({ environmentId, userArn, clusterName }, context) {
    const userName = userArn.slice(userArn.lastIndexOf('/') + 1);
    const { iamRole } = (await entityAt('kx-user', { environmentId, userName }, context)).body;
    // The service returned an empty message.
    requireThat(context.role === undefined || context.role === iamRole, 'AccessDenied', '');
    const cluster = await entityAt('kx-cluster', { environmentId, clusterName }, context);
    return { signedConnectionString: connectionString(arnOf(cluster), userName, context) };
  },
} satisfies Partial<Handlers>;
