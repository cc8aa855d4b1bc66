import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/local/random.ts';
import { SKIPPED } from '../store/cluster.ts';
import { startStores, type TestStores } from '../store/shared-store.ts';
import { callTool, codeIn, person, wordsIn } from './people.ts';
import { closeAll } from './support.ts';
import { type Deployment, startDeployment } from './three-replicas.ts';

/** The long tier reaches the number that the project promises. */
const LONG = process.env['TEST_LONG'] === '1';
const [FLOWS, KILLS] = LONG ? [1_000, 100] : [50, 5];
const SEED = Number(process.env['TEST_SEED'] ?? 1);
const WORKERS = 8;
const MAX_TRIES = 30;

/** Notifies who approved or consumed, at the moment of the commit. */
const MOMENTS = `
  CREATE FUNCTION public.notify_moment() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_notify(''moments'', NEW.state || '' '' || session_user); RETURN NEW; END';
  CREATE TRIGGER moments AFTER UPDATE OF state ON finspace_mcp.approvals FOR EACH ROW EXECUTE FUNCTION public.notify_moment();
`;
/** When something is killed: at any time, right after an approval was given, or right after it was consumed and before the call. */
const MOMENTS_OF_KILLS = ['any', 'approved', 'burnt', 'burnt'] as const;

afterEach(closeAll);

describe.skipIf(SKIPPED !== '')(
  `three replicas and a PostgreSQL that are killed ${SKIPPED}`,
  { timeout: 1_800_000 },
  () => {
    let stores: TestStores;
    beforeAll(async () => {
      stores = await startStores();
    }, 120_000);
    afterAll(() => stores.stop(), 120_000);

    /** What a person answered, by database. */
    interface Consents {
      readonly given: Map<string, number>;
      /** Sends an earlier answer to a form again. */
      readonly replays: Map<string, (() => Promise<unknown>)[]>;
    }

    /** One attempt to delete a database with the consent of a person; false if it was refused or got no reply. */
    async function attempt(
      deployment: Deployment,
      name: string,
      token: string,
      byForm: boolean,
      { given, replays }: Consents,
    ) {
      const { next, as, environmentId } = deployment;
      const target = { environmentId, databaseName: name };
      const consent = () => given.set(name, (given.get(name) ?? 0) + 1);
      const remove = (more: object) => callTool(next(), 'delete_kx_database', target, { ...as(token), ...more });
      if (byForm) {
        const { requestState } = await remove({ forms: true });
        const inputResponses = { approval: { action: 'accept', content: { name } } };
        const answer = () => remove({ forms: true, more: { requestState, inputResponses } });
        consent();
        replays.set(name, [...(replays.get(name) ?? []), answer]);
        return isDone(await answer());
      }
      const refused = await remove({});
      if (isDone(refused)) return true;
      const page = person(next());
      const code = codeIn(refused);
      const shown = await page.signIn(deployment.ann, code);
      consent();
      await page.decide(code, { act: 'approve', name }, shown);
      return isDone(await remove({}));
    }

    /** A refused answer to a form can lead to another form. */
    const isDone = ({ isError, resultType }: Awaited<ReturnType<typeof callTool>>) =>
      isError !== true && resultType !== 'input_required';

    /** Repeats a request that may meet a killed server. */
    async function steady<T>(work: () => Promise<T>): Promise<T> {
      for (let tries = 1; ; tries += 1) {
        try {
          return await work();
        } catch (error) {
          if (tries === 50) throw error;
          await delay(100);
        }
      }
    }

    /** Deletes a database, creates one with the same name, and replays all approvals on it. */
    async function flow(deployment: Deployment, at: number, consents: Consents) {
      const { next, as, agents, environmentId } = deployment;
      const name = `db-${at}`;
      const token = agents[at % agents.length] as string;
      const target = { environmentId, databaseName: name };
      const call = (tool: string) => steady(() => callTool(next(), tool, target, as(token)));
      const exists = () =>
        steady(async () => {
          const reply = await callTool(next(), 'get_kx_database', target, as(token));
          if (reply.isError !== true) return true;
          if (wordsIn(reply).includes('ResourceNotFoundException')) return false;
          throw new Error(wordsIn(reply));
        });
      const create = async () => {
        while ((await call('create_kx_database')).isError === true && !(await exists())) await delay(50);
      };
      await create();
      for (let tries = 0; ; tries += 1) {
        if (tries === MAX_TRIES) throw new Error(`${name} is still there`);
        const hasReply = await attempt(deployment, name, token, (at + tries) % 4 !== 0, consents).catch(() => false);
        if (hasReply || !(await exists())) break;
      }
      await create();
      const replays = consents.replays.get(name) ?? [() => call('delete_kx_database')];
      for (const replay of replays) await steady(replay);
    }

    /** Resolves with the replica that reached a state, or after a while without one. */
    async function moment(deployment: Deployment, state: string): Promise<number | undefined> {
      const { folder } = stores.cluster;
      const client = new pg.Client({ host: folder, database: deployment.database, user: 'postgres' });
      client.on('error', () => {});
      await client.connect();
      await client.query('LISTEN moments');
      try {
        return await new Promise<number | undefined>((resolve) => {
          setTimeout(() => resolve(undefined), 1_000).unref();
          client.on('notification', ({ payload = '' }) => {
            const [reached, user] = payload.split(' ');
            if (reached === state) resolve(Number(user?.at(-1)));
          });
        });
      } finally {
        client.connection.stream.destroy();
      }
    }

    /** Kills replicas and PostgreSQL until the flows are done, and counts the kills. */
    async function killing(deployment: Deployment, random: () => number, due: () => boolean, isOver: () => boolean) {
      const { cluster } = stores;
      let kills = 0;
      while (!isOver()) {
        if (!due()) {
          await delay(5);
          continue;
        }
        const state = MOMENTS_OF_KILLS[Math.floor(random() * MOMENTS_OF_KILLS.length)] as string;
        const isPostgres = random() < 0.3;
        const any = Math.floor(random() * 3);
        await delay(random() * 40);
        const at = (state === 'any' ? undefined : await moment(deployment, state)) ?? any;
        kills += 1;
        if (isPostgres) {
          await cluster.kill();
          await cluster.start();
        } else {
          await deployment.replicas[at]?.kill();
          await deployment.restart(at);
        }
      }
      return kills;
    }

    it(`run nothing without a fresh approval, and nothing twice, over ${FLOWS} flows and ${KILLS} kills`, async () => {
      const deployment = await startDeployment(stores);
      await stores.cluster.query(deployment.database, MOMENTS);
      const consents: Consents = { given: new Map(), replays: new Map() };
      let [begun, done, killed] = [0, 0, 0];
      const isDue = () => killed < KILLS && (done >= (FLOWS * killed) / (KILLS + 1) || done === FLOWS);
      const due = () => isDue() && ++killed > 0;
      const isOver = () => done === FLOWS && killed === KILLS;
      const kills = killing(deployment, randomFrom(SEED), due, isOver);
      const worker = async () => {
        while (begun < FLOWS) {
          begun += 1;
          await flow(deployment, begun, consents);
          done += 1;
        }
      };
      await Promise.all([kills, ...Array.from({ length: WORKERS }, worker)]);
      expect(await kills).toBe(KILLS);
      const inJournal = await deployment.begun();
      const { deleted } = deployment.service;
      expect(deleted.size).toBe(FLOWS);
      const wrong = [...deleted].filter(
        ([name, times]) => times > (consents.given.get(name) ?? 0) || times > (inJournal.get(name) ?? 0),
      );
      expect(wrong).toEqual([]);
      const consumed = await stores.cluster.query(
        deployment.database,
        "SELECT FROM finspace_mcp.approvals WHERE state = 'burnt'",
      );
      const intents = [...inJournal.values()].reduce((sum, times) => sum + times, 0);
      expect(intents).toBeLessThanOrEqual(consumed.length);
    });
  },
);

/** Numbers between 0 and 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  const random = seededRandom(String(seed));
  return () => Buffer.from(random(4)).readUInt32BE() / 2 ** 32;
}
