import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { digest } from '../../src/digest.ts';
import { sqlJournal } from '../../src/safety/journal.ts';
import { sqlLedger } from '../../src/safety/sql-ledger.ts';
import { openState, type StateDatabase } from '../../src/safety/state.ts';
import type { FormAnswer } from '../support/hosts.ts';
import { type Members, MINUTE } from './support/backend.ts';
import { KEY } from './support/call-environment-builder.ts';
import { OPEN_MS } from './support/guard.ts';
import { REAL_HOSTS, type RealClient, type RealHost, type Result } from './support/hosts.ts';
import { openProduct, type Product } from './support/wire.ts';

/** For each of the three hosts, so more than a thousand in all. */
const MOMENTS = process.env['TEST_LONG'] === undefined ? 350 : 3_500;
const SHOWN_EVERY_MS = 10_000;

const textOf = ({ content }: Result) => content.map(({ text }) => text).join('\n');
const typing = (name: string): FormAnswer => ({ action: 'accept', content: { name } });
const GONE = 'gone' as const;
const gone = () => GONE;
/** Runs everything that is due now, this many times. */
const turns = async (count: number) => {
  for (let at = 0; at < count; at += 1) await new Promise((resolve) => setImmediate(resolve));
};

let product: Product;
let client: RealClient;
let state: StateDatabase;
let environmentId: string;
let person: (message: string) => Promise<FormAnswer>;
/** What happens to a call before it reaches the backend. */
let before: (name: string, signal: AbortSignal | undefined) => Promise<void>;

async function open({ connect }: RealHost) {
  before = async () => {};
  person = async () => ({ action: 'cancel' });
  product = openProduct(
    {},
    {
      durable: true,
      around: (call) => async (name, input, options) => {
        await before(name, options?.signal);
        return call(name, input, options);
      },
    },
  );
  client = await connect(product, (message) => person(message));
  const made = await client.call('create_kx_environment', { name: 'trading', kmsKeyId: KEY });
  environmentId = String(made.structuredContent?.['environmentId']);
  state = await openState(join(product.folder, 'state.db'));
}
async function close() {
  vi.useRealTimers();
  await state.close();
  await client.close();
  await product.close();
}

const database = (databaseName: string) => ({ environmentId, databaseName });
const names = async () => {
  const found: string[] = [];
  for (let page: Members = {}; ; ) {
    const { structuredContent = {} } = await client.call('list_kx_databases', { environmentId, ...page });
    const { kxDatabases, nextToken } = structuredContent as { kxDatabases: Members[]; nextToken?: string };
    found.push(...kxDatabases.map(({ databaseName }) => String(databaseName)));
    if (nextToken === undefined) return found;
    page = { nextToken };
  }
};
const entries = () => sqlJournal(async () => state, product.clock.now).entries();
const waiting = () => sqlLedger(async () => state, { now: product.clock.now, openMs: OPEN_MS }).list();
/** Waits until earlier calls have ended, whether or not their clients got an answer. */
const settled = async () => {
  for (const name of ['barrier-1', 'barrier-2']) {
    await turns(100);
    await client.call('create_kx_database', database(name));
    await product.mutationsSettled();
  }
};

describe.each(REAL_HOSTS)('a client that cancels, $name', (host) => {
  beforeEach(() => open(host));
  afterEach(close);

  it('cancels its read at the backend', async () => {
    const cancel = new AbortController();
    const abandoned = new Promise<void>((resolve) => {
      before = async (name, signal) => {
        if (name !== 'ListKxDatabases') return;
        cancel.abort();
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
        resolve();
      };
    });
    const outcome = await client.call('list_kx_databases', { environmentId }, { signal: cancel.signal }).catch(gone);
    expect(outcome).toBe(GONE);
    await abandoned;
  });

  it('cancels its read at the backend when it times out', async () => {
    const abandoned = new Promise<void>((resolve) => {
      before = async (name, signal) => {
        if (name !== 'ListKxDatabases') return;
        await new Promise((resolve) => signal?.addEventListener('abort', resolve));
        resolve();
      };
    });
    expect(await client.call('list_kx_databases', { environmentId }, { timeout: 20 }).catch(gone)).toBe(GONE);
    await abandoned;
  });

  it('gets nothing done with a form that was open when it cancelled, even if the person answers it', async () => {
    await client.call('create_kx_database', database('trades'));
    const cancel = new AbortController();
    let calling: Promise<unknown> = Promise.resolve();
    person = async () => {
      cancel.abort();
      // Not every client closes a form when its call is cancelled.
      await Promise.race([calling, turns(50)]);
      return typing('trades');
    };
    calling = client.call('delete_kx_database', database('trades'), { signal: cancel.signal }).catch(gone);
    expect(await calling).toBe(GONE);
    await settled();
    expect(product.spy().destructive()).toEqual([]);
    expect(await names()).toContain('trades');

    const [{ code } = { code: '' }] = await waiting();
    const mute = await host.connect(product);
    expect(textOf(await mute.call('delete_kx_database', database('trades')))).toContain(`under the code ${code}.`);
    await mute.close();
    expect(await waiting()).toHaveLength(1);
    person = async () => typing('trades');
    expect((await client.call('delete_kx_database', database('trades'))).isError).toBeUndefined();
    expect(product.spy().destructive()).toHaveLength(1);
  });

  it(`finds each mutation done completely or not at all, and journaled, after ${MOMENTS} cancellations at random moments`, async () => {
    /** How many turns of the event loop an uncancelled call takes. */
    const length = async (call: Promise<unknown>) => {
      let count = 0;
      let over = false;
      void call.finally(() => {
        over = true;
      });
      while (!over) {
        await turns(1);
        count += 1;
      }
      return count;
    };
    const gauges: { created: number; deleted: number }[] = [];
    for (const name of ['gauge-1', 'gauge-2', 'gauge-3', 'gauge-4']) {
      person = async () => typing(name);
      const created = await length(client.call('create_kx_database', database(name)));
      gauges.push({ created, deleted: await length(client.call('delete_kx_database', database(name))) });
    }
    const created = Math.max(...gauges.map((gauge) => gauge.created));
    const deleted = Math.max(...gauges.map((gauge) => gauge.deleted));
    const forms = { answered: 0 };
    const wanted: { name: string; deletes: boolean }[] = [];
    const moments = fc.asyncProperty(
      fc.integer({ min: 0, max: 130 }),
      fc.boolean(),
      fc.nat(30),
      async (percent, deletes, pause) => {
        product.clock.advance(11 * MINUTE);
        const name = `db-${wanted.length}`;
        wanted.push({ name, deletes });
        if (deletes) await client.call('create_kx_database', database(name));
        person = async () => {
          await turns(pause);
          forms.answered += 1;
          return typing(name);
        };
        const cancel = new AbortController();
        const options = { signal: cancel.signal };
        const tool = deletes ? 'delete_kx_database' : 'create_kx_database';
        const calling = client.call(tool, database(name), options).catch(gone);
        await turns(Math.round((percent / 100) * (deletes ? deleted + pause : created)));
        cancel.abort();
        await calling;
      },
    );
    await fc.assert(moments, { numRuns: MOMENTS, endOnFailure: true });
    await settled();

    const all = await entries();
    const there = new Set(await names());
    const outcomes = (name: string, operation: string) => {
      const given = digest(database(name));
      const intents = all
        .filter((entry) => entry.kind === 'intent')
        .filter((entry) => entry.operation === operation && entry.arguments === given);
      return intents.map(({ call }) => all.filter((entry) => entry.kind === 'outcome' && entry.call === call));
    };
    const tally = { done: 0, stopped: 0, never: 0 };
    for (const { name, deletes } of wanted) {
      const [made, dropped] = [outcomes(name, 'CreateKxDatabase'), outcomes(name, 'DeleteKxDatabase')];
      for (const ends of [...made, ...dropped]) expect(ends, name).toHaveLength(1);
      expect(made.length, name).toBeLessThanOrEqual(1);
      expect(dropped.length, name).toBeLessThanOrEqual(1);
      const did = (ends: typeof made) =>
        ends.flat().filter((end) => 'result' in end && end.result === 'succeeded').length;
      expect(there.has(name), name).toBe(did(made) - did(dropped) === 1);
      const last = deletes ? dropped : made;
      if (last.length === 0) tally.never += 1;
      else tally[did(last) === 1 ? 'done' : 'stopped'] += 1;
    }
    // The cancellations were spread over the whole duration: some calls had not begun, and some were complete.
    expect(tally.done).toBeGreaterThan(MOMENTS / 20);
    expect(tally.never).toBeGreaterThan(0);
    expect(forms.answered).toBeGreaterThan(0);
  }, 600_000);
});

describe.each(REAL_HOSTS.filter(({ staysOpen }) => staysOpen))('a form that stays open, $name', (host) => {
  beforeEach(() => open(host));
  afterEach(close);

  it('gets nothing done if the client times out before the person answers', async () => {
    await client.call('create_kx_database', database('trades'));
    let calling: Promise<unknown> = Promise.resolve();
    person = async () => {
      await calling;
      return typing('trades');
    };
    calling = client.call('delete_kx_database', database('trades'), { timeout: 300 }).catch(gone);
    expect(await calling).toBe(GONE);
    await settled();
    expect(product.spy().destructive()).toEqual([]);
    expect(await waiting()).toHaveLength(1);
  });

  it.each(['answers', 'cancels'])('reports every ten seconds that it waits, until it %s', async (ends) => {
    await client.call('create_kx_database', database('trades'));
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const cancel = new AbortController();
    const heard: string[] = [];
    const wait = async () => {
      await vi.advanceTimersByTimeAsync(3 * SHOWN_EVERY_MS);
      await turns(5);
    };
    person = async () => {
      await wait();
      if (ends === 'cancels') cancel.abort();
      return typing('trades');
    };
    const onprogress = ({ message = '' }) => void heard.push(message);
    await client.call('delete_kx_database', database('trades'), { signal: cancel.signal, onprogress }).catch(gone);
    await wait();
    expect(heard).toEqual(Array(3).fill('waiting for a person to approve'));
    expect(product.spy().destructive()).toHaveLength(ends === 'answers' ? 1 : 0);
  });

  it('reports progress to each of two calls for the same plan until it is answered', async () => {
    await client.call('create_kx_database', database('trades'));
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const answers: ((answer: FormAnswer) => void)[] = [];
    person = () => new Promise((resolve) => answers.push(resolve));
    const heard: [string[], string[]] = [[], []];
    const calls = heard.map((own) =>
      client.call('delete_kx_database', database('trades'), {
        onprogress: ({ message = '' }) => void own.push(message),
      }),
    );
    while (answers.length < 2) await turns(1);
    for (const [at, answer] of answers.entries()) {
      await vi.advanceTimersByTimeAsync(SHOWN_EVERY_MS);
      answer({ action: 'decline' });
      await turns(20);
      expect(vi.getTimerCount()).toBe(1 - at);
    }
    await Promise.all(calls);
    expect(heard.map(({ length }) => length).sort()).toEqual([1, 2]);
  });

  it('stops reporting progress if it could not be shown', async () => {
    await client.call('create_kx_database', database('trades'));
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    person = () => Promise.reject(new Error('no window to show it in'));
    expect((await client.call('delete_kx_database', database('trades'))).isError).toBe(true);
    await vi.advanceTimersByTimeAsync(OPEN_MS + SHOWN_EVERY_MS);
    expect(vi.getTimerCount()).toBe(0);
  });
});
