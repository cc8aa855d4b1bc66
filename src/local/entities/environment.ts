import { arnOf } from '../arns.ts';
import type { Context, Handlers } from '../context.ts';
import { entityAt } from '../entity-at.ts';
import { enterStatus } from '../lifecycle.ts';
import { accountId, environmentId } from '../random.ts';
import { addEntity, getOf, listOf, type Presentation, type Stored, settingsIn } from './storage.ts';

type Environment = Stored<'environment'>;

const urlOf = ({ name }: Environment, { world }: Context) => `https://${name}.${world.region}.amazonfinspace.com`;

const summary = (environment: Environment, context: Context) => ({
  ...environment.body,
  environmentId: environment.name,
  awsAccountId: context.world.account,
  status: environment.status,
  environmentArn: arnOf(environment),
  environmentUrl: urlOf(environment, context),
  sageMakerStudioDomainUrl: `https://d-${environment.name.slice(0, 12)}.studio.${context.world.region}.sagemaker.aws`,
});
const detail = (environment: Environment, context: Context) => ({ environment: summary(environment, context) });

const ENVIRONMENT: Presentation<'environment'> = { kind: 'environment', detail, summary };

/** The dataset browser's environments, which AWS deprecated; they contain nothing. */
export const legacyEnvironmentHandlers = {
  async CreateEnvironment({ tags, dataBundles: _, superuserParameters: __, ...input }, context) {
    const key = { environmentId: environmentId(context.random) };
    const body = { ...input, dedicatedServiceAccountId: accountId(context.random) };
    const created = await addEntity('environment', key, { status: 'CREATE_REQUESTED', body, tags }, context);
    return { ...key, environmentArn: arnOf(created), environmentUrl: urlOf(created, context) };
  },

  GetEnvironment: getOf(ENVIRONMENT),
  ListEnvironments: listOf(ENVIRONMENT),

  async UpdateEnvironment(input, context) {
    const environment = await entityAt('environment', input, context);
    const updated = { ...environment, body: { ...environment.body, ...settingsIn('environment', input) } };
    await context.tx.put(updated);
    return detail(updated, context);
  },

  async DeleteEnvironment(input, context) {
    const environment = await entityAt('environment', input, context);
    await context.tx.put(enterStatus(environment, 'DELETE_REQUESTED', context));
    return {};
  },
} satisfies Partial<Handlers>;
