import type { Call, CallOptions } from '../operations/index.ts';
import { arnParts } from './arn.ts';
import type { Members } from './plan-parts.ts';

/** The environment and account of a call, as people know them. Both come from the API. */
export interface Location {
  readonly environment?: string | undefined;
  readonly account?: string | undefined;
}

/**
 * The environment and account of a call's target, as far as they can be read; only the account if the target is an environment.
 */
export async function locationOf(call: Call, input: Members, target: Members, options: CallOptions): Promise<Location> {
  const own = target['environmentArn'] ?? (target['environment'] as Members | undefined)?.['environmentArn'];
  if (own !== undefined) return { account: accountIn(own) };
  const environmentId = input['environmentId'] ?? arnParts(input['resourceArn'])?.[0]?.id;
  if (typeof environmentId !== 'string') return {};
  // A caller who may not read the environment sees less, and protection decides by itself.
  const { name, environmentArn } = await call('GetKxEnvironment', { environmentId }, options).catch(
    (): { name?: string; environmentArn?: string } => ({}),
  );
  return { environment: name, account: accountIn(environmentArn) };
}

/** The account in an ARN. */
export const accountIn = (arn: unknown): string | undefined =>
  /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(String(arn))?.[1];
