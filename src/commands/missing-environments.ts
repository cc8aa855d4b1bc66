import { existingEnvironments } from '../inventory/fleet.ts';
import type { Call } from '../operations/index.ts';
import type { Log } from './log.ts';

/**
 * A Call that checks once, after the first reply, whether the environments that a server is limited to exist, and logs the
 * missing ones. Otherwise a mistyped id would look like an account without environments.
 */
export function warnAboutMissing(call: Call, allowed: readonly string[], log: Pick<Log, 'warn'>): Call {
  let hasChecked = false;
  const check = async () => {
    const present = new Set((await existingEnvironments(call, {})).map(({ environmentId }) => environmentId));
    const environments = allowed.filter((id) => !present.has(id));
    if (environments.length > 0)
      log.warn({ environments }, '--environments: there are no kdb environments with these ids');
  };
  return async (name, input, options) => {
    const output = await call(name, input, options);
    if (!hasChecked) {
      hasChecked = true;
      check().catch(() => {});
    }
    return output;
  };
}
