import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startLocal } from '../../src/api.ts';
import { openPostgres } from '../../src/store/postgres/index.ts';
import { databaseIn, type TestStores } from '../store/shared-store.ts';
import { KMS_KEY } from '../support/session-calls.ts';
import { bearer, callTool, tokens, wordsIn } from './people.ts';
import { type Replica, startReplica } from './replica.ts';
import { closing } from './support.ts';

/** The agents, which may approve in forms of their own, and ann, who approves on the page. */
const AGENTS = ['agent0', 'agent1', 'agent2', 'agent3', 'agent4', 'agent5', 'agent6', 'agent7'] as const;

export type Deployment = Awaited<ReturnType<typeof startDeployment>>;

/** Three servers in separate processes on a store, and a service that never fails and counts what it deletes. */
export async function startDeployment(stores: TestStores) {
  const holders = Object.fromEntries(AGENTS.map((name) => [name, ['finspace:destroy', 'finspace:approve']]));
  const held = tokens({ ...(holders as Record<(typeof AGENTS)[number], string[]>), ann: ['finspace:approve'] });
  const store = await stores.fresh();
  const database = databaseIn(store);
  const service = await countingService();
  const args = (at: number) => [
    // One user for each, so that the database shows which replica did something.
    ...['--store', stores.cluster.url(database, `replica_${at}`), '--seal-keys', stores.sealKeys],
    ...['--auth-tokens', held.file, '--backend', 'aws', '--endpoint', service.url, '--region', 'us-east-1'],
    ...['rate-read', 'rate-write', 'rate-destroy'].flatMap((rate) => [`--${rate}`, '1000000']),
    ...['--state-dir', join(held.folder, `replica_${at}`)],
  ];
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'KEY', AWS_SECRET_ACCESS_KEY: 'SECRET' };
  const start = async (at: number): Promise<Replica> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await startReplica(args(at), env);
      } catch (error) {
        // PostgreSQL may be about to restart.
        if (tries === 5) throw error;
      }
    }
  };
  for (const at of [0, 1, 2])
    await stores.cluster
      .query('postgres', `CREATE ROLE replica_${at} LOGIN IN ROLE finspace_mcp_server`)
      .catch((error) => {
        if (error.code !== '42710') throw error;
      });
  const replicas = await Promise.all([0, 1, 2].map(start));
  const [first] = replicas as [Replica];
  const as = (token: string) => ({ headers: bearer(token) });
  const environment = { name: 'fleet', kmsKeyId: KMS_KEY };
  const made = await callTool(first.url, 'create_kx_environment', environment, as(held.agent0));
  if (made.isError === true) throw new Error(wordsIn(made));
  const { environmentId } = made.structuredContent as { environmentId: string };
  let turn = 0;
  return {
    ...{ store, database, environmentId, replicas, service, as },
    agents: AGENTS.map((name) => held[name]),
    ann: held.ann,
    folder: held.folder,
    /** The URL of the next replica in turn that is alive. */
    next: () => {
      const living = replicas.filter((replica) => !replica.dead());
      turn += 1;
      return (living[turn % living.length] ?? first).url;
    },
    restart: async (at: number) => {
      replicas[at] = await start(at);
    },
    /** How many deletions the journal records as begun, by database; rejects unless the journal is in order. */
    begun: async () => {
      const own = await openPostgres(store, {
        stateDir: join(held.folder, 'person'),
        serves: false,
        onerror: () => {},
      });
      const verified = await own.journal.verify();
      if ('brokenAt' in verified) throw new Error(`the journal is broken at ${verified.brokenAt}`);
      const begun = new Map<string, number>();
      for (const entry of await own.journal.entries())
        if (entry.kind === 'intent' && entry.operation === 'DeleteKxDatabase') {
          const name = String(entry.target['databaseName']);
          begun.set(name, (begun.get(name) ?? 0) + 1);
        }
      await own.close();
      return begun;
    },
  };
}

/** The local service behind a socket that counts the databases that it deletes, by name. */
async function countingService() {
  const local = await startLocal({ world: 'empty' });
  const deleted = new Map<string, number>();
  const server = createServer((incoming, reply) => {
    const { method, headers, url = '' } = incoming;
    const own = { ...headers, host: new URL(local.url).host };
    const upstream = request(new URL(url, local.url), { method, headers: own }, (answer) => {
      const name = /\/databases\/([^/?]+)(?:\?|$)/.exec(url)?.[1];
      if (method === 'DELETE' && name !== undefined && answer.statusCode === 200)
        deleted.set(name, (deleted.get(name) ?? 0) + 1);
      reply.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(reply);
    });
    upstream.on('error', () => reply.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing({
    close: async () => {
      server.closeAllConnections();
      server.close();
      await local.close();
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, deleted };
}
