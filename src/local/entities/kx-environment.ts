import { malformedId } from '../../kinds/rules.ts';
import type { Input } from '../../operations/index.ts';
import { environments } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { begin, enter } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { accountId, environmentId, uuid } from '../random.ts';
import { refuse } from '../refusal.ts';
import { seconds } from '../timestamps.ts';
import type { Entity } from '../transaction.ts';
import { zonesOf } from '../zones.ts';
import type { Effect } from './effect.ts';
import { connect, failNetwork, type Network, networkChange } from './kx-network.ts';
import type { Misfortune } from './misfortune.ts';

interface Body extends Network {
  name: string;
  description?: string | undefined;
  kmsKeyId: string;
  errorMessage?: string;
  created: number;
  modified: number;
  /** Members that appear when it is CREATED. */
  opened?: { dedicatedServiceAccountId: string; availabilityZoneIds: string[]; certificateAuthorityArn: string };
}
export type KxEnvironment = Entity<Body>;

type Operations =
  | 'CreateKxEnvironment'
  | 'GetKxEnvironment'
  | 'ListKxEnvironments'
  | 'UpdateKxEnvironment'
  | 'UpdateKxEnvironmentNetwork'
  | 'DeleteKxEnvironment';

export const kxEnvironments: Handlers<Operations> = {
  // The service ignored tags given here; clients tag afterwards.
  async CreateKxEnvironment({ name, description, kmsKeyId }, context) {
    const { tx, now, world, random } = context;
    const collection = environments(world);
    const body: Body = {
      name,
      description,
      kmsKeyId,
      created: now,
      modified: now,
      tgwStatus: 'NONE',
      dnsStatus: 'NONE',
    };
    const id = environmentId(random);
    const place = { collection, name: id, position: oldestFirst(now, id), facet: name };
    const created = begin(context, place, 'CREATE_REQUESTED', body);
    await tx.put(created);
    return {
      name,
      status: created.status,
      environmentId: created.name,
      description,
      environmentArn: `${collection}/${created.name}`,
      kmsKeyId,
      creationTimestamp: seconds(now),
    };
  },

  GetKxEnvironment: async (input, context) => detail(await environmentOf(input, context), context),

  async ListKxEnvironments(input, context) {
    const { entities, ...rest } = await paged<Body>(input, context, environments(context.world));
    return { environments: entities.map((entity) => detail(entity, context)), ...rest };
  },

  async UpdateKxEnvironment(input, context) {
    const environment = await environmentOf(input, context);
    const { name = environment.body.name, description = environment.body.description } = input;
    const body = { ...environment.body, name, description, modified: context.now };
    const updated = { ...environment, facet: name, body };
    await context.tx.put(updated);
    return withoutAuthority(detail(updated, context));
  },

  async UpdateKxEnvironmentNetwork(input, context) {
    const change = networkChange(input);
    const environment = await environmentOf(input, context);
    const { errorMessage: _, ...current } = environment.body;
    const body = { ...current, ...connect(current, change), modified: context.now };
    const updated = enter({ ...environment, body }, 'UPDATE_NETWORK_REQUESTED', context);
    await context.tx.put(updated);
    return withoutAuthority(detail(updated, context));
  },

  async DeleteKxEnvironment(input, context) {
    const environment = await environmentOf(input, context);
    const body = { ...environment.body, modified: context.now };
    const next = environment.status === 'FAILED_DELETION' ? 'RETRY_DELETION' : 'DELETE_REQUESTED';
    await context.tx.put(enter({ ...environment, body }, next, context));
    return {};
  },
};

export const openEnvironmentEffect: Effect<Body> = ({ body }, { now, world, random }) => {
  const dedicatedServiceAccountId = accountId(random);
  const certificateAuthorityArn = `arn:aws:acm-pca:${world.region}:${dedicatedServiceAccountId}:certificate-authority/${uuid(random)}`;
  const opened = { dedicatedServiceAccountId, availabilityZoneIds: zonesOf(world.region), certificateAuthorityArn };
  return { body: { ...body, opened, modified: now } };
};

export const emptyEnvironment: Effect<Body> = async ({ collection, name, body }, { tx, now }) => {
  await tx.removeUnder(`${collection}/${name}`);
  return { body: { ...body, modified: now } };
};

export const failEnvironment: Misfortune<Body> = (environment, { reason }, { now }) => {
  const network = environment.status === 'UPDATING_NETWORK' ? failNetwork(environment.body) : {};
  const errorMessage = reason.replace(/[^a-zA-Z0-9. ]+/g, ' ');
  return { ...environment.body, ...network, errorMessage, modified: now };
};

const oldestFirst = (now: number, id: string) => `${String(now).padStart(15, '0')}.${id}`;

type InEnvironment = Pick<Input<'GetKxEnvironment'>, 'environmentId'>;

/** The environment that a request names, in any status. */
export async function environmentOf({ environmentId }: InEnvironment, context: Context): Promise<KxEnvironment> {
  refuse(malformedId(environmentId));
  return entityAt<Body>('kx-environment', { environmentId }, context);
}

function detail({ collection, name: id, status, body }: KxEnvironment, { world }: Context) {
  const { created, modified, opened, ...members } = body;
  return {
    environmentId: id,
    awsAccountId: world.account,
    status,
    environmentArn: `${collection}/${id}`,
    ...members,
    ...opened,
    creationTimestamp: seconds(created),
    updateTimestamp: seconds(modified),
  };
}

function withoutAuthority({ certificateAuthorityArn: _, ...rest }: { certificateAuthorityArn?: string }): object {
  return rest;
}
