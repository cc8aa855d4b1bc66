import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { filterKeyOf } from '../filter-key.ts';
import { enterStatus } from '../lifecycle.ts';
import { accountId, environmentId, uuid } from '../random.ts';
import { seconds } from '../timestamps.ts';
import type { Bodies } from '../worlds/bodies.ts';
import { zonesOf } from '../zones.ts';
import type { Effect, FailureEffect } from './effect.ts';
import { failNetwork, networkChange, requestedNetwork } from './kx-network.ts';
import { addEntity, getOf, listOf, type Presentation, type Stored, settingsIn } from './storage.ts';

function detail({ collection, name: id, status, body }: Stored<'kx-environment'>, { world }: Context) {
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

const ENVIRONMENT: Presentation<'kx-environment'> = { kind: 'kx-environment', detail };

export const kxEnvironments = {
  // The service ignored tags given here; clients tag afterwards.
  async CreateKxEnvironment(input, context) {
    const { now } = context;
    const settings = settingsIn('kx-environment', input);
    const id = environmentId(context.random);
    const state = { tgwStatus: 'NONE', dnsStatus: 'NONE', created: now, modified: now } as const;
    const created = await addEntity(
      'kx-environment',
      { environmentId: id },
      { status: 'CREATE_REQUESTED', body: { ...settings, ...state }, position: oldestFirstPosition(now, id) },
      context,
    );
    return detail(created, context);
  },

  GetKxEnvironment: getOf(ENVIRONMENT),
  ListKxEnvironments: listOf(ENVIRONMENT),

  async UpdateKxEnvironment(input, context) {
    const environment = await entityAt('kx-environment', input, context);
    const body = { ...environment.body, ...settingsIn('kx-environment', input), modified: context.now };
    const updated = { ...environment, filterKey: filterKeyOf(environment.collection, body), body };
    await context.tx.put(updated);
    return detail(updated, context);
  },

  async UpdateKxEnvironmentNetwork(input, context) {
    const change = networkChange(input);
    const environment = await entityAt('kx-environment', input, context);
    const current = bodyAtStart(environment, context);
    const body = { ...current, ...requestedNetwork(current, change) };
    const updated = enterStatus({ ...environment, body }, 'UPDATE_NETWORK_REQUESTED', context);
    await context.tx.put(updated);
    return detail(updated, context);
  },

  async DeleteKxEnvironment(input, context) {
    const environment = await entityAt('kx-environment', input, context);
    const body = bodyAtStart(environment, context);
    const status = environment.status === 'FAILED_DELETION' ? 'RETRY_DELETION' : 'DELETE_REQUESTED';
    await context.tx.put(enterStatus({ ...environment, body }, status, context));
    return {};
  },
} satisfies Partial<Handlers>;

export const finishCreation: Effect<Bodies['kx-environment']> = ({ body }, { now, world, random }) => {
  const dedicatedServiceAccountId = accountId(random);
  const certificateAuthorityArn = `arn:aws:acm-pca:${world.region}:${dedicatedServiceAccountId}:certificate-authority/${uuid(random)}`;
  const opened = { dedicatedServiceAccountId, availabilityZoneIds: zonesOf(world.region), certificateAuthorityArn };
  return { body: { ...body, opened, modified: now } };
};

export const removeContents: Effect<Bodies['kx-environment']> = async ({ collection, name, body }, { tx, now }) => {
  await tx.removeUnder(`${collection}/${name}`);
  return { body: { ...body, modified: now } };
};

export const failEnvironment: FailureEffect<Bodies['kx-environment']> = (environment, { reason }, { now }) => {
  const network = environment.status === 'UPDATING_NETWORK' ? failNetwork(environment.body) : {};
  const errorMessage = reason.replace(/[^a-zA-Z0-9. ]+/g, ' ');
  return { ...environment.body, ...network, errorMessage, modified: now };
};

/** The body at the start of a change: without the reason of an earlier failure. */
const bodyAtStart = ({ body: { errorMessage: _, ...rest } }: Stored<'kx-environment'>, { now }: Context) => ({
  ...rest,
  modified: now,
});

const oldestFirstPosition = (now: number, id: string) => `${String(now).padStart(15, '0')}.${id}`;
