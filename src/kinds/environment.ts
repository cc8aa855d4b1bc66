import { FEDERATION } from '../operations/conditions/environments.ts';
import { renameImpact } from './environment-renames.ts';
import { wrongEnvironmentStatus } from './environment-rules.ts';
import type { KindDefinition, RequestedChange, RuleResult } from './model.ts';
import { NAMES } from './names.ts';
import { ENVIRONMENTS } from './quotas.ts';
import { conditions, exists } from './rules.ts';

const inStatus =
  (...allowed: readonly string[]) =>
  ({ key, target }: RequestedChange<'environment', 'UpdateEnvironment' | 'DeleteEnvironment'>): RuleResult =>
    wrongEnvironmentStatus('environment', target?.name ?? key.environmentId, target?.status, allowed);

/** The environments of the dataset browser, which AWS deprecated. The API shows nothing of what they contain. */
export const environment: KindDefinition<'environment'> = {
  changes: {
    CreateEnvironment: {
      rules: [],
      quotas: () => [{ quota: ENVIRONMENTS, more: 1, error: 'ServiceQuotaExceeded' }],
      unchecked: ['whether AWS still creates dataset browser environments'],
    },
    UpdateEnvironment: {
      rules: [
        exists('environment'),
        inStatus('CREATED'),
        // An environment that has this mode already has its parameters, even if they are not shown.
        conditions(FEDERATION, ({ input, target }) =>
          target?.federationMode === 'FEDERATED' ? undefined : { ...target, ...input },
        ),
      ],
      impact: (requested) => renameImpact('environment', requested),
    },
    DeleteEnvironment: {
      rules: [exists('environment'), inStatus('CREATED', 'FAILED_CREATION', 'FAILED_DELETION', 'SUSPENDED')],
      impact: ({ target }) => ({
        lost: [{ kind: NAMES.environment.noun, name: String(target.name), detail: 'with all datasets in it' }],
      }),
    },
  },
};
