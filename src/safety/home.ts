import type { Call, CallOptions } from '../operations/index.ts';
import { placesIn } from './arn.ts';
import type { Members } from './blast/finding.ts';

/** The environment that a call goes into and the account that owns it, as people know them. Both come from the API. */
export interface Home {
  readonly environment?: string | undefined;
  readonly account?: string | undefined;
  /** Of the environment. */
  readonly status?: string | undefined;
}

/** Where the target of a call is at home, as far as that can be read; only the account where the target is an environment itself. */
export async function homeOf(call: Call, input: Members, target: Members, options: CallOptions): Promise<Home> {
  const own = target['environmentArn'] ?? (target['environment'] as Members | undefined)?.['environmentArn'];
  if (own !== undefined) return { account: accountIn(own) };
  const environmentId = input['environmentId'] ?? placesIn(input['resourceArn'])?.[0]?.id;
  if (typeof environmentId !== 'string') return {};
  // Whoever may not read the environment is told less, and protection refuses on its own.
  const { name, environmentArn, status } = await call('GetKxEnvironment', { environmentId }, options).catch(
    (): { name?: string; environmentArn?: string; status?: string } => ({}),
  );
  return { environment: name, account: accountIn(environmentArn), status };
}

/** The account in an ARN. */
export const accountIn = (arn: unknown): string | undefined =>
  /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(String(arn))?.[1];
