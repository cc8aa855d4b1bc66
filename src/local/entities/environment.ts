import type { Input } from '../../operations/index.ts';
import { arnOf, legacyEnvironments } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { begin, enter } from '../lifecycle.ts';
import { paged } from '../paging.ts';
import { accountId, environmentId } from '../random.ts';
import type { Entity } from '../transaction.ts';

type Request = Input<'CreateEnvironment'>;
type Body = Pick<Request, 'name' | 'description' | 'kmsKeyId' | 'federationMode' | 'federationParameters'> & {
  dedicatedServiceAccountId: string;
};
type Environment = Entity<Body>;

type Operations =
  | 'CreateEnvironment'
  | 'GetEnvironment'
  | 'ListEnvironments'
  | 'UpdateEnvironment'
  | 'DeleteEnvironment';

/** The dataset browser's environments, which AWS deprecated; they contain nothing. */
export const legacyEnvironmentHandlers: Handlers<Operations> = {
  async CreateEnvironment({ tags, dataBundles: _, superuserParameters: __, ...input }, context) {
    const { tx, world, random } = context;
    const collection = legacyEnvironments(world);
    const body = { ...input, dedicatedServiceAccountId: accountId(random) };
    const created = begin<Body>(context, { collection, name: environmentId(random), tags }, 'CREATE_REQUESTED', body);
    await tx.put(created);
    return { environmentId: created.name, environmentArn: arnOf(created), environmentUrl: urlOf(created, context) };
  },

  GetEnvironment: async (input, context) => ({
    environment: detail(await entityAt('environment', input, context), context),
  }),

  async ListEnvironments(input, context) {
    const { entities, ...rest } = await paged<Body>(input, context, legacyEnvironments(context.world));
    return { environments: entities.map((environment) => detail(environment, context)), ...rest };
  },

  async UpdateEnvironment({ environmentId: id, ...changes }, context) {
    const environment = await entityAt<Body>('environment', { environmentId: id }, context);
    const updated = { ...environment, body: { ...environment.body, ...changes } as Body };
    await context.tx.put(updated);
    return { environment: detail(updated, context) };
  },

  async DeleteEnvironment(input, context) {
    const environment = await entityAt('environment', input, context);
    await context.tx.put(enter(environment, 'DELETE_REQUESTED', context));
    return {};
  },
};

const urlOf = ({ name }: Environment, { world }: Context) => `https://${name}.${world.region}.amazonfinspace.com`;

function detail(environment: Environment, context: Context) {
  return {
    ...environment.body,
    environmentId: environment.name,
    awsAccountId: context.world.account,
    status: environment.status,
    environmentArn: arnOf(environment),
    environmentUrl: urlOf(environment, context),
    sageMakerStudioDomainUrl: `https://d-${environment.name.slice(0, 12)}.studio.${context.world.region}.sagemaker.aws`,
  };
}
