import { environmentIdIn } from '../operations/arn.ts';
import type { Call } from '../operations/index.ts';
import type { Members } from './plan-parts.ts';

/** The environment and account of a call, as people know them. Both come from the API. */
export interface TargetEnvironment {
  readonly environment?: string | undefined;
  readonly account?: string | undefined;
}

/**
 * The environment and account of a call's target, as far as they can be read; only the account if the target is an environment.
 */
export async function targetEnvironmentOf(call: Call, input: Members, target: Members): Promise<TargetEnvironment> {
  const targetArn = target['environmentArn'] ?? (target['environment'] as Members | undefined)?.['environmentArn'];
  if (targetArn !== undefined) return { account: accountIn(targetArn) };
  const environmentId = environmentIdIn(input);
  if (environmentId === undefined) return {};
  // If the environment cannot be read, the plan shows only its id. Protection reads it by itself.
  const { name, environmentArn } = await call('GetKxEnvironment', { environmentId }).catch(
    (): { name?: string; environmentArn?: string } => ({}),
  );
  return { environment: name, account: accountIn(environmentArn) };
}

export const accountIn = (arn: unknown): string | undefined =>
  /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(String(arn))?.[1];
