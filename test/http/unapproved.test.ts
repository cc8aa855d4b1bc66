import { afterEach, expect, it } from 'vitest';
import { did, failedTo } from '../support/session-calls.ts';
import { closeAll, HTTP_HOSTS, product } from './support.ts';

afterEach(closeAll);

it.each(HTTP_HOSTS)(
  '--approve none keeps a recovery kit, with no parts beyond its calls, before each delete that can run, $name',
  async ({ connect }) => {
    const { url } = await product({ approve: 'none', world: 'demo' });
    const session = await connect(url);
    await failedTo(session, 'delete_kx_database', { environment: 'kdb-prod', databaseName: 'fx_spot' });
    const { environments } = await did(session, 'list_kx_environments');
    const { environmentId } = (environments as Record<string, string>[]).find(({ name }) => name === 'kdb-prod') ?? {};
    const { users } = await did(session, 'list_kx_users', { environmentId });
    const [{ userName }] = users as [{ userName: string }];
    await did(session, 'delete_kx_user', { environmentId, userName });
    const { resources } = await session.listResources();
    const [uri = '', ...others] = resources.map((each) => each.uri).filter((each) => each.includes('://recovery/'));
    expect([uri, others]).toEqual([expect.stringContaining('-delete_kx_user-'), []]);
    await expect(session.readResource({ uri: `${uri}/7` })).rejects.toThrow('Resource not found');
    const { contents } = await session.readResource({ uri });
    expect(JSON.parse(contents[0]?.text ?? '')).toMatchObject({
      deleted: { tool: 'delete_kx_user' },
      create: expect.arrayContaining([expect.objectContaining({ tool: 'create_kx_user' })]),
    });
  },
);
