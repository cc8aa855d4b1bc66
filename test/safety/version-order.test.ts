import { expect, it } from 'vitest';
import { planCall } from '../../src/safety/plan.ts';
import { answering, HOUR, type Members } from './support/backend.ts';
import { PLACE } from './support/guard.ts';
import { here, on, previewFixture } from './support/preview.ts';

const fixture = previewFixture();

it('plans the newest version of a dataview, in whatever order the endpoint lists versions', async () => {
  const { builder, backend } = fixture;
  const databases = [{ databaseName: 'trades', dataviewConfiguration: { dataviewName: 'view' } }];
  await builder.cluster('hdb', { clusterType: 'HDB', ...on('hosts'), databases });
  backend.clock.advance(HOUR);
  await builder.changeset('trades');
  backend.clock.advance(HOUR);
  const reversed = answering(backend.call, (_, reply) =>
    JSON.parse(JSON.stringify(reply), (name, value) => (name === 'activeVersions' ? value.toReversed() : value)),
  );
  const input: Members = here({ clusterName: 'hdb', databases });
  const [plan, other] = await Promise.all(
    [backend.call, reversed].map((call) =>
      planCall({ call, backendLocation: PLACE }, 'UpdateKxClusterDatabases', input, 'ann'),
    ),
  );
  const changed = ['databases.trades.dataviewVersionId', 'databases.trades.changesetId'];
  expect(plan?.settings?.changes.map(({ setting }) => setting)).toEqual(changed);
  expect(other?.settings?.changes).toEqual(plan?.settings?.changes);
});
