import { arnOf, inEnvironment } from '../arns.ts';
import { connectionString } from '../connection-string.ts';
import type { Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { begin } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { demand } from '../refusal.ts';
import { seconds } from '../timestamps.ts';
import type { Entity } from '../transaction.ts';
import { environmentOf } from './kx-environment.ts';

interface Body {
  iamRole: string;
  created: number;
  modified: number;
}

type Operations =
  | 'CreateKxUser'
  | 'GetKxUser'
  | 'ListKxUsers'
  | 'UpdateKxUser'
  | 'DeleteKxUser'
  | 'GetKxConnectionString';

export const kxUsers: Handlers<Operations> = {
  async CreateKxUser({ environmentId, userName, iamRole, tags }, context) {
    const { tx, now, world } = context;
    const collection = inEnvironment(world, environmentId, 'kxUser');
    const created = begin<Body>(context, { collection, name: userName, tags }, '', {
      iamRole,
      created: now,
      modified: now,
    });
    await tx.put(created);
    return detail(created, environmentId);
  },

  async GetKxUser(input, context) {
    await environmentOf(input, context);
    return detail(await entityAt<Body>('kx-user', input, context), input.environmentId);
  },

  async ListKxUsers(input, context) {
    await environmentOf(input, context);
    const { entities, ...rest } = await paged<Body>(
      input,
      context,
      inEnvironment(context.world, input.environmentId, 'kxUser'),
    );
    return { users: entities.map(listed), ...rest };
  },

  async UpdateKxUser(input, context) {
    const user = await entityAt<Body>('kx-user', input, context);
    const updated = { ...user, body: { ...user.body, iamRole: input.iamRole, modified: context.now } };
    await context.tx.put(updated);
    return detail(updated, input.environmentId);
  },

  async DeleteKxUser(input, context) {
    await context.tx.remove(await entityAt<Body>('kx-user', input, context));
    return {};
  },

  async GetKxConnectionString({ environmentId, userArn, clusterName }, context) {
    const userName = userArn.slice(userArn.lastIndexOf('/') + 1);
    const { iamRole } = (await entityAt<Body>('kx-user', { environmentId, userName }, context)).body;
    // The service returned an empty message.
    demand(context.role === undefined || context.role === iamRole, 'AccessDenied', '');
    const cluster = await entityAt('kx-cluster', { environmentId, clusterName }, context);
    return { signedConnectionString: connectionString(arnOf(cluster), userName, context) };
  },
};

const detail = (user: Entity<Body>, environmentId: string) => ({
  userName: user.name,
  userArn: arnOf(user),
  environmentId,
  iamRole: user.body.iamRole,
});

const listed = (user: Entity<Body>) => ({
  userArn: arnOf(user),
  userName: user.name,
  iamRole: user.body.iamRole,
  createTimestamp: seconds(user.body.created),
  updateTimestamp: seconds(user.body.modified),
});
