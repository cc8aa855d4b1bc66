import { afterEach, expect, it } from 'vitest';
import { bearer, callTool, tokens, wordsIn } from './people.ts';
import { closeAll, product } from './support.ts';

afterEach(closeAll);

it('creates no connection string that the caller could not get', async () => {
  const held = tokens({ agent: ['finspace:secrets'] });
  const { url } = await product({ authTokens: held.file });
  const args = {
    environmentId: 'm5cnbg3l25pwsmzikb7kdj',
    userArn: 'arn:aws:finspace:us-east-1:111122223333:kxEnvironment/m5cnbg3l25pwsmzikb7kdj/kxUser/nobody',
    clusterName: 'none',
  };
  const result = await callTool(url, 'get_kx_connection_string', args, { headers: bearer(held.agent) });
  expect(result.isError).toBe(true);
  // The environment does not exist: the refusal comes before the call.
  expect(wordsIn(result)).toContain('--secrets inline');
});
