import { afterEach, describe, expect, test } from 'vitest';
import { closeAll, HTTP_HOSTS, product } from '../http/support.ts';
import { createEnvironment, did } from '../support/session-calls.ts';
import type { Subscribing } from './watchers.ts';

afterEach(closeAll);

const NAMES = Array.from({ length: 67 }, (_, at) => `database-${at}`);

describe.each(HTTP_HOSTS.filter(({ name }) => !name.includes('2026')))('a connection of $name', ({ connect }) => {
  test('can subscribe to 200 resources and renew a subscription, and to another one only after it unsubscribes from one', async () => {
    const { url } = await product({ quotas: 'raised' });
    const session = (await connect(url)) as Subscribing;
    const { environmentId } = await createEnvironment(session);
    const create = NAMES.map((databaseName) => ({
      tool: 'create_kx_database',
      arguments: { databaseName },
    }));
    await did(session, 'create_kx_entities', { environmentId, create });
    const all = NAMES.flatMap((name) =>
      ['', '/changesets', '/dataviews'].map(
        (part) => `finspace://kx/environments/${environmentId}/databases/${name}${part}`,
      ),
    );
    const [one = '', ...others] = all;
    for (const uri of others) await session.subscribeResource({ uri });
    await session.subscribeResource({ uri: others[0] as string });
    await expect(session.subscribeResource({ uri: one })).rejects.toThrow('at most 200 resources');
    await session.unsubscribeResource({ uri: others[0] as string });
    await session.subscribeResource({ uri: one });
  });
});
