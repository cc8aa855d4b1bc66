import { openWorldStore } from '../../src/local/store.ts';
import { ROLE } from './environment-builder.ts';
import { openWorld } from './world.ts';

/** Creates users in an environment until it is killed, and prints each name after the service has acknowledged it. */
const [path = '', environmentId = '', prefix = ''] = process.argv.slice(2);
const world = await openWorld({ store: await openWorldStore(path), lifecycle: 'instant' });
for (let index = 0; ; index++) {
  const userName = `${prefix}_${index}`;
  await world.call('CreateKxUser', { environmentId, userName, iamRole: ROLE });
  process.stdout.write(`${userName}\n`);
}
