import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { WORLD_FORMAT } from '../src/local/schema.ts';
import { sqlTransaction } from '../src/local/sql-transaction.ts';
import type { Sql, Statement } from '../src/sqlite/connection.ts';
import { openDatabase } from '../src/sqlite/database.ts';
import { describedTools } from '../src/tools/list.ts';
import { openBuilder, ROLE } from '../test/local/environment-builder.ts';
import { openWorld } from '../test/local/world.ts';
import { startStdioAt } from './client.ts';
import { environmentId, fleetEndpoint } from './fleet-endpoint.ts';
import { verdict } from './measure.ts';

/** Enough that a question about all environments does not read every cluster. */
const ENVIRONMENTS = 30;

/** Counts that do not depend on the machine, each with a limit just above its figure; fails when one is exceeded. */
export async function main(): Promise<void> {
  const counts = [...(await fleetCounts()), ...(await statementCounts())];
  counts.push(['tokens of tools/list', countTokens(JSON.stringify({ tools: describedTools() })), 16_400]);
  for (const [what, count, most] of counts) console.log(verdict(what, count, most, 'at most'));
  if (counts.some(([, count, most]) => count > most)) process.exitCode = 1;
}

async function fleetCounts(): Promise<[string, number, number][]> {
  const endpoint = await fleetEndpoint({ environments: ENVIRONMENTS });
  const home = await mkdtemp(join(tmpdir(), 'finspace-mcp-bench-'));
  const server = await startStdioAt(endpoint.url, home);
  const counted = async (tool: string, args: object) => {
    endpoint.arrivals.length = 0;
    const { data, text } = await server.call(tool, args);
    const bytes = Buffer.byteLength(text) + Buffer.byteLength(JSON.stringify(data));
    return { calls: endpoint.arrivals.length, tokens: countTokens(JSON.stringify(data)), bytes };
  };
  try {
    const first = await counted('find_kx_problems', {});
    const again = await counted('find_kx_problems', {});
    const one = await counted('describe_kx_environment', { environment: environmentId(ENVIRONMENTS - 1) });
    return [
      [`calls of find_kx_problems in ${ENVIRONMENTS} environments`, first.calls, 525],
      ['tokens of its answer', first.tokens, 1_790],
      ['bytes of its answer, as text and as data', first.bytes, 11_000],
      ['calls of the same again', again.calls, 215],
      ['calls of describe_kx_environment by id', one.calls, 42],
      ['tokens of its answer', one.tokens, 850],
    ];
  } finally {
    await server.close();
    await endpoint.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** The SQL statements of requests to the local service, besides those that begin and end transactions. */
async function statementCounts(): Promise<[string, number, number][]> {
  let statements = 0;
  const counting = ({ run, get, all }: Statement): Statement => {
    const counted = <T>(execute: (...values: readonly unknown[]) => T) => {
      return (...values: readonly unknown[]) => {
        statements += 1;
        return execute(...values);
      };
    };
    return { run: counted(run), get: counted(get), all: counted(all) };
  };
  const countingView = (db: Sql) =>
    sqlTransaction({
      exec: (sql) => db.exec(sql),
      prepare: (sql) => counting(db.prepare(sql)),
      prepareRows: (sql) => counting(db.prepareRows(sql)),
    });
  const world = await openWorld({
    store: await openDatabase(':memory:', WORLD_FORMAT, countingView),
    lifecycle: 'instant',
  });
  const { environmentId } = await openBuilder(world);
  const user = { environmentId, userName: 'ann' };
  const requests = [
    ['CreateKxUser', { ...user, iamRole: ROLE }, 11],
    ['GetKxUser', user, 3],
    ['ListKxUsers', { environmentId }, 3],
    ['UpdateKxUser', { ...user, iamRole: `${ROLE}-2`, clientToken: 'token' }, 8],
    ['DeleteKxUser', user, 6],
  ] as const;
  const counts: [string, number, number][] = [];
  for (const [name, input, most] of requests) {
    statements = 0;
    await world.call(name, input as never);
    counts.push([`SQL statements of ${name}`, statements, most]);
  }
  await world.close();
  return counts;
}

if (import.meta.filename === process.argv[1]) await main();
