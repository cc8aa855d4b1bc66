import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FormAnswer } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';
import { typedIn } from '../support/typed.ts';
import { closeAll, HTTP_HOSTS, product } from './support.ts';

afterEach(closeAll);

describe.each(HTTP_HOSTS)('approvals over HTTP, $name', ({ connect }) => {
  it('lets two people approve, whatever a headless client next to them answers by itself', async () => {
    const { url } = await product();
    const headless = await connect(url, { client: 'headless', person: () => ({ action: 'cancel' }) });
    const typing = (message: string): FormAnswer => ({ action: 'accept', content: { name: typedIn(message) } });
    const [ann, ben] = [
      await connect(url, { client: 'ann', person: typing }),
      await connect(url, { client: 'ben', person: typing }),
    ];
    const { environmentId } = await createEnvironment(ann);
    for (let round = 0; round < 4; round += 1) {
      for (const person of [ann, ben]) {
        const target = { environmentId, databaseName: 'trades' };
        await did(person, 'create_kx_database', target);
        for (let times = 0; times < 3; times += 1)
          expect(await failedTo(headless, 'delete_kx_database', target)).toContain('did not run');
        await did(person, 'delete_kx_database', target);
      }
    }
  });

  it('tears an environment down after one form', async () => {
    const { url } = await product({ world: 'demo' });
    const person = vi.fn((message: string): FormAnswer => {
      return { action: 'accept', content: { name: typedIn(message) } };
    });
    const session = await connect(url, { person });
    const { environments } = await did(session, 'list_kx_environments');
    const { environmentId } = (environments as Record<string, string>[]).find(({ name }) => name === 'kdb-uat') ?? {};
    expect(await did(session, 'tear_down_kx_environment', { environmentId })).toMatchObject({
      finished: true,
      left: 0,
    });
    expect(person).toHaveBeenCalledTimes(1);
    expect(await did(session, 'get_kx_environment', { environmentId })).toMatchObject({ status: 'DELETED' });
  });
});
