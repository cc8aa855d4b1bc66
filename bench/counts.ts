import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describedTools } from '../src/tools/list.ts';
import { measuredAt } from './client.ts';
import { environmentId, fleetEndpoint } from './fleet-endpoint.ts';
import { verdict } from './measure.ts';

/** Enough that a question about all does not read every cluster. */
const ENVIRONMENTS = 30;

/** Counts that do not depend on the machine, each with a gate right above its figure; fails when one is exceeded. */
export async function main(): Promise<void> {
  const counts = await fleetCounts();
  counts.push(['tokens of tools/list', countTokens(JSON.stringify({ tools: describedTools() })), 16_400]);
  for (const [what, count, most] of counts) console.log(verdict(what, count, most, 'at most'));
  if (counts.some(([, count, most]) => count > most)) process.exitCode = 1;
}

async function fleetCounts(): Promise<[string, number, number][]> {
  const endpoint = await fleetEndpoint({ environments: ENVIRONMENTS });
  const home = await mkdtemp(join(tmpdir(), 'finspace-mcp-bench-'));
  const server = await measuredAt(endpoint.url, home);
  const counted = async (tool: string, args: object) => {
    endpoint.arrivals.length = 0;
    const { data } = await server.call(tool, args);
    return { calls: endpoint.arrivals.length, tokens: countTokens(JSON.stringify(data)) };
  };
  try {
    const first = await counted('find_kx_problems', {});
    const again = await counted('find_kx_problems', {});
    const one = await counted('describe_kx_environment', { environment: environmentId(ENVIRONMENTS - 1) });
    return [
      [`calls of find_kx_problems in ${ENVIRONMENTS} environments`, first.calls, 555],
      ['tokens of its answer', first.tokens, 1_790],
      ['calls of the same again', again.calls, 245],
      ['calls of describe_kx_environment by id', one.calls, 42],
      ['tokens of its answer', one.tokens, 850],
    ];
  } finally {
    await server.close();
    await endpoint.close();
    await rm(home, { recursive: true, force: true });
  }
}

if (import.meta.filename === process.argv[1]) await main();
