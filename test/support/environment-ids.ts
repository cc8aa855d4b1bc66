import type { Session } from './hosts.ts';
import { did } from './session-calls.ts';

/** The ids of all environments, by name. */
export async function environmentIds(session: Session): Promise<Map<string, string>> {
  const { environments } = (await did(session, 'list_kx_environments')) as {
    environments: { environmentId: string; name: string }[];
  };
  return new Map(environments.map(({ environmentId, name }) => [name, environmentId]));
}
