import { atMost } from '../../inventory/reading.ts';
import type { Call, CallOptions } from '../../operations/index.ts';
import type { Quotas } from '../../operations/quotas.ts';
import type { Estate } from '../blast/estate.ts';
import type { Members } from '../blast/finding.ts';

/** What a look at a call that makes something starts from. */
export interface Ground extends Estate {
  readonly input: Members;
  /** The environment in which it is to be made; empty for one that makes an environment. */
  readonly environment: Members;
  /** Undefined where nobody knows them. */
  readonly quotas: Quotas | undefined;
}

const AT_ONCE = 8;

/** Reads the environment. Rejects when there is none. */
export async function groundFor(
  call: Call,
  quotas: (() => Promise<Quotas | undefined>) | undefined,
  input: Members,
  options: CallOptions,
): Promise<Ground> {
  const environmentId = String(input['environmentId']);
  const few = atMost(call, AT_ONCE);
  const [environment, limits] = await Promise.all([
    input['environmentId'] === undefined ? {} : few('GetKxEnvironment', { environmentId }, options),
    quotas?.(),
  ]);
  return { call: few, environmentId, options, input, environment: environment as Members, quotas: limits };
}
