import type { OperationName } from '../operations/index.ts';
import type { Problem, RequestedChange, RuleResult } from './model.ts';
import { NAMES } from './names.ts';
import { constraintText, missing, wrongState } from './rules.ts';
import type { KindName, Views } from './views.ts';

const WELL_FORMED = /^[a-zA-Z0-9]{1,32}$/;

/** The problem with a malformed id of an environment. The model accepts any id in some operations; the service does not. */
export const malformedIdProblem = (environmentId: string): Problem | undefined =>
  WELL_FORMED.test(environmentId)
    ? undefined
    : {
        error: 'Validation',
        message: constraintText(
          'environmentId',
          `Member must satisfy regular expression pattern: ${WELL_FORMED.source}`,
        ),
      };

/** The statuses in which an environment can be changed. A network that failed to attach leaves it unchanged. */
export const OPEN_STATUSES: readonly string[] = ['CREATED', 'FAILED_UPDATING_NETWORK'];

/** The status of an environment does not allow a change. */
export function wrongEnvironmentStatus(
  kind: 'environment' | 'kx-environment',
  name: string,
  status: string | undefined,
  allowed: readonly string[],
  hint = '; it has to be CREATED',
): Problem | undefined {
  if (status === undefined || allowed.includes(status)) return undefined;
  const isDeleted = status === 'DELETED';
  const message = `The Environment is in ${status} state${isDeleted ? '' : hint}`;
  const problem = wrongState({ kind: NAMES[kind].noun, name, arn: '' }, status, 'CREATED', message);
  return isDeleted || kind === 'environment' ? { ...problem, error: 'Validation' } : problem;
}

/** The environment cannot be changed in its status. */
export const closedProblem = (name: string, status: string | undefined): Problem | undefined =>
  wrongEnvironmentStatus('kx-environment', name, status, OPEN_STATUSES);

/** A rule about the environment, which must exist. */
const environmentRule =
  (problemOf: (environment: Views['kx-environment'], environmentId: string) => Problem | undefined) =>
  async <K extends KindName, N extends OperationName>({
    key: { environmentId },
    read,
  }: RequestedChange<K, N>): Promise<RuleResult> => {
    const malformed = malformedIdProblem(environmentId);
    if (malformed !== undefined) return malformed;
    const environment = await read.get('kx-environment', { environmentId });
    return environment === undefined
      ? missing('kx-environment', { environmentId })
      : problemOf(environment, environmentId);
  };

export const environmentExists = environmentRule(() => undefined);

/** The environment exists and can be changed. */
export const openEnvironment = environmentRule(({ name, status }, environmentId) =>
  closedProblem(name ?? environmentId, status),
);
