import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Embedded, openEmbedded } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { asked, type Guard, openGuard } from './support/guard.ts';

describe('a person who approves a changeset', () => {
  let backend: Embedded;
  let builder: EnvironmentBuilder;
  let guard: Guard;
  beforeAll(async () => {
    backend = await openEmbedded();
    builder = await openBuilder(backend.call);
    await builder.database('trades');
    await builder.changeset('trades');
    guard = await openGuard({ call: backend.call, clock: backend.clock, restrictions: { approve: ['create'] } });
  });
  afterAll(async () => {
    await guard.close();
    await backend.close();
  });

  const messageAbout = async (request: object) => {
    const { environmentId } = builder;
    const given = { environmentId, databaseName: 'trades', changeRequests: [request] };
    return (await asked(guard, { tool: 'create_kx_changeset', arguments: given })).message;
  };

  it('reads the whole path that is deleted', async () => {
    const dbPath = `/${'a'.repeat(100)}/${'b'.repeat(800)}/last`;
    expect(await messageAbout({ changeType: 'DELETE', dbPath })).toContain(`- files "${dbPath}" ("of trades").`);
  });

  it('reads whole paths, even if many of their characters are escaped', async () => {
    const s3Path = `s3://bucket/${'"'.repeat(800)}/last/`;
    const message = await messageAbout({ changeType: 'PUT', s3Path, dbPath: `/${'"'.repeat(800)}/` });
    expect(message).toContain(`s3://bucket/${'\\"'.repeat(800)}/last/" to "/${'\\"'.repeat(800)}/".`);
  });
});
