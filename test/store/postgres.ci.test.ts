import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { initStore } from '../../src/store/postgres/administration.ts';
import { openPostgres } from '../../src/store/postgres/index.ts';
import type { SharedStore } from '../../src/store/store.ts';
import { OPEN_MS } from '../safety/support/guard.ts';
import { itKeepsTheLedgerContract } from '../safety/support/ledger-contract.ts';
import { type Cluster, SKIPPED, startCluster } from './cluster.ts';
import { itKeepsTheAttemptsContract } from './contracts/attempts.ts';
import { itKeepsTheEventsContract } from './contracts/events.ts';
import { itKeepsTheJournalContract, type JournalRow } from './contracts/journal.ts';
import { ANN_ONLY, itKeepsTheKitsContract } from './contracts/kits.ts';
import { itKeepsTheRatesContract } from './contracts/rates.ts';
import { itKeepsTheTasksContract } from './contracts/tasks.ts';

/** Moves the stored times that the contracts depend on into the past, as if the clock had advanced. */
const AGE = `
  UPDATE finspace_mcp.approvals SET opened = opened - ms, expires = expires - ms, changed = changed - ms;
  UPDATE finspace_mcp.forms SET at = at - ms;
  UPDATE finspace_mcp.attempts SET at = at - ms;
  UPDATE finspace_mcp.rates SET filled = filled - ms;
  UPDATE finspace_mcp.replicas SET seen = seen - ms;
  UPDATE finspace_mcp.tasks SET created = created - ms, updated = updated - ms;
`;

const EMPTY = [
  'approvals',
  'forms',
  'journal',
  'sealed_journals',
  'kits',
  'attempts',
  'marks',
  'rates',
  'events',
  'replicas',
  'pins',
  'tasks',
]
  .map((table) => `DELETE FROM finspace_mcp.${table}`)
  .join('; ');

describe.skipIf(SKIPPED !== '')(`with a PostgreSQL server of its own ${SKIPPED}`, { timeout: 60_000 }, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
    await initStore(await cluster.create('store'), { createsRole: true });
    await cluster.query('postgres', 'CREATE ROLE server LOGIN IN ROLE finspace_mcp_server');
  }, 120_000);
  afterAll(() => cluster.remove(), 120_000);

  const query = <T extends object>(text: string, values?: unknown[]) => cluster.query<T>('store', text, values);

  /** The empty store, as two servers with the rights of a server see it. */
  async function start() {
    await query(`${EMPTY}; UPDATE finspace_mcp.store SET generation = gen_random_uuid()`);
    const folder = mkdtempSync(join(tmpdir(), 'store-'));
    const open = (replica: string): Promise<SharedStore> =>
      openPostgres(cluster.url('store', 'server'), {
        stateDir: join(folder, replica),
        serves: true,
        onerror: () => {},
      });
    const stores = [await open('a'), await open('b')] as const;
    return {
      stores,
      advance: (milliseconds: number) => query(AGE.replaceAll(' ms', ` (${milliseconds})`)),
      close: async () => {
        for (const store of stores) await store.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }

  itKeepsTheLedgerContract('PostgreSQL', async () => {
    const { stores, advance, close } = await start();
    const [ledger, other] = stores.map((store) => store.ledger(OPEN_MS)) as [
      ReturnType<SharedStore['ledger']>,
      ReturnType<SharedStore['ledger']>,
    ];
    return { ledger, another: async () => other, clock: stores[1].clock, advance, openMs: OPEN_MS, close };
  });

  itKeepsTheJournalContract(
    'PostgreSQL',
    async () => {
      const { stores, close } = await start();
      return {
        journal: stores[0].journal,
        another: async () => stores[1].journal,
        rows: async () =>
          (await query<JournalRow>('SELECT sequence, entry, hash FROM finspace_mcp.journal ORDER BY sequence')).map(
            (row) => ({
              ...row,
              sequence: Number(row.sequence),
            }),
          ),
        replace: async (rows) => {
          await query('DELETE FROM finspace_mcp.journal');
          await query(
            `INSERT INTO finspace_mcp.journal SELECT r.sequence, r.entry, r.hash, gen_random_uuid()
             FROM json_to_recordset($1) AS r (sequence bigint, entry text, hash text)`,
            [JSON.stringify(rows)],
          );
        },
        close,
      };
    },
    15,
  );

  itKeepsTheAttemptsContract('PostgreSQL', async () => {
    const { stores, advance, close } = await start();
    return {
      attempts: stores[0].attempts,
      another: async () => stores[1].attempts,
      advance,
      now: Date.now,
      toleranceMs: 10_000,
      close,
    };
  });

  itKeepsTheTasksContract('PostgreSQL', async () => {
    const { stores, advance, close } = await start();
    return { tasks: stores[0].tasks, another: async () => stores[1].tasks, advance, close };
  });

  itKeepsTheKitsContract('PostgreSQL', async () => {
    const { stores, close } = await start();
    return {
      kits: stores[0].kits(undefined, ANN_ONLY),
      another: async () => stores[1].kits(undefined, ANN_ONLY),
      ofTarget: async (target) => stores[1].kits(target, ANN_ONLY),
      close,
    };
  });

  itKeepsTheRatesContract('PostgreSQL', async () => {
    const { stores, advance, close } = await start();
    const never = () => Promise.reject(new Error('the limit was not taken from the store'));
    return {
      limiter: (rates) => stores[0].rateLimiter(rates, never),
      another: async (rates) => stores[1].rateLimiter(rates, never),
      advance,
      close,
    };
  });

  itKeepsTheEventsContract('PostgreSQL', async () => {
    const { stores, close } = await start();
    return { events: stores[0].events('/mcp'), another: async () => stores[1].events('/mcp'), close };
  });
});
