import { contentsOf } from './contents.ts';
import { asDependent, dependentItem, isInterruptible } from './dependents.ts';
import { namesakes, renameImpact } from './environment-renames.ts';
import { environmentExists, OPEN_STATUSES, openEnvironment, wrongEnvironmentStatus } from './environment-rules.ts';
import type { Impact, KindDefinition, Problem, RequestedChange, RuleResult } from './model.ts';
import { NAMES } from './names.ts';
import { KX_ENVIRONMENTS } from './quotas.ts';
import { isLeavingOrGone } from './statuses.ts';
import type { Dependent, Views } from './views.ts';

type Environment = Views['kx-environment'];
type CreateOrUpdate = RequestedChange<'kx-environment', 'CreateKxEnvironment' | 'UpdateKxEnvironment'>;
type NetworkUpdate = RequestedChange<'kx-environment', 'UpdateKxEnvironmentNetwork'>;
type Delete = RequestedChange<'kx-environment', 'DeleteKxEnvironment'>;

const FOR_RENAME = 'The name is in use: choose another name, or rename the environment that has it first.';

async function nameIsFree(requested: CreateOrUpdate): Promise<RuleResult> {
  const [other] = await namesakes('kx-environment', requested);
  if (other === undefined) return undefined;
  const name = String(requested.input.name);
  return {
    error: 'NameTaken',
    message: `A KX environment with the name ${name} already exists`,
    item: { kind: NAMES['kx-environment'].noun, name, detail: other.status },
    status: other.status,
    ...(requested.operation === 'UpdateKxEnvironment' ? { advice: FOR_RENAME } : {}),
  };
}

/** The gateway of an environment, which can be set once, unless it failed to attach. */
const finalGateway = ({ transitGatewayConfiguration, tgwStatus }: Partial<Environment> = {}) =>
  tgwStatus === 'FAILED_UPDATE' ? undefined : transitGatewayConfiguration;

/** The gateway and its addresses stay once they are set. Its rules and the DNS servers can be changed. */
function gatewayStays({ input, target }: NetworkUpdate): RuleResult {
  const { transitGatewayConfiguration: gateway } = input;
  const old = finalGateway(target);
  if (gateway === undefined || old === undefined) return undefined;
  const { transitGatewayID, routableCIDRSpace } = gateway;
  if (old.transitGatewayID === transitGatewayID && old.routableCIDRSpace === routableCIDRSpace) return undefined;
  return {
    error: 'AlreadySet',
    message: 'The transit gateway and the routable CIDR space of an environment cannot be changed once they are set',
    item: { kind: 'transit gateway', name: String(old.transitGatewayID) },
    advice: 'It is already attached; neither it nor its CIDR space can be replaced.',
  };
}

/** The clusters of an environment that are not (being) deleted. */
async function clustersIn({ key, read }: NetworkUpdate | Delete): Promise<Dependent[]> {
  const listed = await read.listed('kx-cluster', { environmentId: key.environmentId });
  return listed
    .filter(({ status }) => !isLeavingOrGone(status))
    .map((cluster) => asDependent('kx-cluster', key, cluster));
}

async function networkImpact(requested: NetworkUpdate): Promise<Impact> {
  const { input, target } = requested;
  const becomesFinal = input.transitGatewayConfiguration !== undefined && finalGateway(target) === undefined;
  return {
    lost: becomesFinal ? [{ kind: 'option to change', name: 'gateway id and CIDR range' }] : [],
    interrupted: (await clustersIn(requested)).filter(isInterruptible).map(dependentItem),
  };
}

const DELETABLE_STATUSES: readonly string[] = [...OPEN_STATUSES, 'FAILED_CREATION', 'FAILED_DELETION'];

/** An environment cannot be deleted in its status. */
export const undeletableProblem = (name: string, status: string | undefined): Problem | undefined =>
  wrongEnvironmentStatus('kx-environment', name, status, DELETABLE_STATUSES, '');

async function containsNoClusters(requested: Delete): Promise<RuleResult> {
  const dependents = await clustersIn(requested);
  if (dependents.length === 0) return undefined;
  const message =
    `Can't delete this KX Environment with id ${requested.key.environmentId}. It still contains active clusters. ` +
    'Please delete all clusters before deleting the environment.';
  return { error: 'Validation', message, dependents, kind: 'kx-environment' };
}

/** An environment is deleted with everything in it; its clusters have to be deleted first. */
async function deletionImpact(requested: Delete & { readonly target: Environment }): Promise<Impact> {
  const { key, read } = requested;
  const kinds = ['kx-database', 'kx-dataview', 'kx-volume', 'kx-scaling-group', 'kx-user'] as const;
  const [contents, clusters] = await Promise.all([contentsOf(read, key.environmentId, kinds), clustersIn(requested)]);
  return {
    lost: contents.filter(({ status }) => !isLeavingOrGone(status)).map(({ item }) => item),
    loads: contents.flatMap(({ loads }) => loads),
    seen: [clusters, contents.map(({ view }) => view)],
  };
}

export const kxEnvironment: KindDefinition<'kx-environment'> = {
  changes: {
    CreateKxEnvironment: {
      rules: [nameIsFree],
      quotas: () => [{ quota: KX_ENVIRONMENTS, more: 1, error: 'ServiceQuotaExceeded' }],
      unchecked: ['whether this server may use the key and create environments'],
    },
    UpdateKxEnvironment: {
      rules: [openEnvironment, nameIsFree],
      impact: (requested) => renameImpact('kx-environment', requested),
    },
    UpdateKxEnvironmentNetwork: {
      rules: [openEnvironment, gatewayStays],
      unchecked: ['whether the gateway, its CIDR space or the servers can be reached'],
      impact: networkImpact,
      verb: 'CHANGE THE NETWORK OF',
    },
    DeleteKxEnvironment: {
      rules: [
        environmentExists,
        ({ key, target }) => undeletableProblem(target?.name ?? key.environmentId, target?.status),
        containsNoClusters,
      ],
      impact: deletionImpact,
    },
  },
};
