import { join } from 'node:path';
import Database from 'libsql';
import { openWorldStore } from '../src/local/store.ts';
import type { WireRequest } from '../src/operations/exchange.ts';
import { openBuilder, ROLE } from '../test/local/environment-builder.ts';
import { openWorld, requestFor } from '../test/local/world.ts';
import { median, spread, verdict } from './measure.ts';

/** Durable writes of the local service in a folder, and bare commits there; prints the ratio. */
const [folder = ''] = process.argv.slice(2);
const ROUNDS = 31;
const world = await openWorld({ store: await openWorldStore(join(folder, 'ours.db')), lifecycle: 'instant' });
const { environmentId } = await openBuilder(world);
const bare = new Database(join(folder, 'bare.db'));
bare.exec(
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE notes (name TEXT PRIMARY KEY, body TEXT)',
);
const [begin, commit] = [bare.prepare('BEGIN IMMEDIATE'), bare.prepare('COMMIT')];
const insert = bare.prepare('INSERT INTO notes VALUES (?, ?)');
const rounds: Record<'bare' | 'ours' | 'withToken' | 'many', number>[] = [];
const names = (round: number) => Array.from({ length: 100 }, (_, index) => `name_${round}_${index}`);
/** Writes per second; what is written is prepared beforehand. */
const rate = async <T>(ready: T[], write: (one: T) => unknown) => {
  const start = performance.now();
  for (const one of ready) await write(one);
  return (ready.length * 1000) / (performance.now() - start);
};
const input = (userName: string) => ({ environmentId, userName, iamRole: ROLE });
const create = (userName: string) => requestFor('CreateKxUser', input(userName));
// As AWS clients send it: with a token, so that the reply is stored for repeats.
const createWithToken = (userName: string) =>
  requestFor('CreateKxUser', { ...input(`token_${userName}`), clientToken: userName });
const serve = async (request: WireRequest) => {
  const { status } = await world.serve(request);
  if (status !== 200) throw new Error(`CreateKxUser: ${status}`);
};
for (let round = -2; round < ROUNDS; round++) {
  const rates = {
    bare: await rate(names(round), (name) => {
      begin.run();
      insert.run(name, ROLE);
      commit.run();
    }),
    ours: await rate(names(round).map(create), serve),
    withToken: await rate(names(round).map(createWithToken), serve),
    many:
      100 * (await rate([names(round).map((name) => create(`many_${name}`))], (all) => Promise.all(all.map(serve)))),
  };
  if (round >= 0) rounds.push(rates);
}
bare.close();
await world.close();
const all = (kind: 'bare' | 'ours' | 'withToken' | 'many') => rounds.map((rates) => rates[kind]);
/** The ratio of writes that ran one right after the other, so that both had the same disk conditions. */
const share = (kind: 'ours' | 'withToken' | 'many') => median(rounds.map((rates) => rates[kind] / rates.bare));
const line = (what: string, kind: 'ours' | 'withToken' | 'many') =>
  console.log(`${what.padEnd(21)} ${spread(all(kind), 'per s')}, ours / bare ${share(kind).toFixed(2)}`);
console.log(`bare libsql commits:  ${spread(all('bare'), 'per s')}`);
line('durable creates:', 'ours');
line('with client tokens:', 'withToken');
line('a hundred at a time:', 'many');
console.log(verdict('durable writes, ours / bare', share('ours'), 0.5, 'at least'));
