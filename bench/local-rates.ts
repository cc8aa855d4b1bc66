import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openWorldStore } from '../src/local/store.ts';
import type { WireRequest } from '../src/operations/exchange.ts';
import { openWorld, requestFor } from '../test/local/world.ts';

/** A local service in a folder. For each line on stdin, it makes the same requests once more, and prints the microseconds of each. */
const [folder = ''] = process.argv.slice(2);
const USERS = 1_000;
const PAGE = 100;
const ROLE = 'arn:aws:iam::111122223333:role/kdb-quant';
const KMS_KEY = 'arn:aws:kms:us-east-1:111122223333:key/5b0e7c1f-2d84-4f7a-9c36-e1a8d9f04b72';
const world = await openWorld({ store: await openWorldStore(join(folder, 'state.db')), lifecycle: 'instant' });
// This script uses only those parts of the tests that older checkouts also have.
const { environmentId } = await world.call('CreateKxEnvironment', { name: 'rates', kmsKeyId: KMS_KEY });

const names = (what: string, count: number) => Array.from({ length: count }, (_, index) => `${what}_${index}`);
const create = (userName: string) => requestFor('CreateKxUser', { environmentId, userName, iamRole: ROLE });
const createWithToken = (userName: string) =>
  requestFor('CreateKxUser', { environmentId, userName, iamRole: ROLE, clientToken: userName });
const get = (userName: string) => requestFor('GetKxUser', { environmentId, userName });
const remove = (userName: string) => requestFor('DeleteKxUser', { environmentId, userName });
const list = () => requestFor('ListKxUsers', { environmentId, maxResults: PAGE });
const serve = async (request: WireRequest) => {
  const { status } = await world.serve(request);
  if (status !== 200) throw new Error(`${request.method} ${request.target}: ${status}`);
};
/** Microseconds of one request, which is prepared beforehand. */
const each = async (requests: readonly WireRequest[]) => {
  const start = performance.now();
  for (const request of requests) await serve(request);
  return ((performance.now() - start) * 1000) / requests.length;
};
const together = async (requests: readonly WireRequest[]) => {
  const start = performance.now();
  await Promise.all(requests.map(serve));
  return ((performance.now() - start) * 1000) / requests.length;
};

await together(names('user', USERS).map(create));
for await (const round of createInterface(process.stdin)) {
  const [one, withToken, many] = ['one', 'with_token', 'many'].map((what) => names(`${what}_${round}`, PAGE)) as [
    string[],
    string[],
    string[],
  ];
  const times = {
    get: await each(
      names('user', USERS)
        .filter((_, index) => index % 3 === 0)
        .map(get),
    ),
    'list page': await each(Array.from({ length: 20 }, list)),
    create: await each(one.map(create)),
    'create with a token': await each(withToken.map(createWithToken)),
    'a hundred creates at a time': await together(many.map(create)),
    delete: await each([...one, ...withToken, ...many].slice(0, PAGE).map(remove)),
  };
  await together([...withToken, ...many].map(remove));
  console.log(JSON.stringify(times));
}
await world.close();
