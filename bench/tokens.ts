import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { operationOf } from '../src/operations/naming.ts';
import { LOCAL_CALLER } from '../src/safety/policy.ts';
import { describedTools } from '../src/tools/list.ts';
import { searchTools } from '../src/tools/search/index.ts';
import { UNRESTRICTED } from '../test/support/unrestricted.ts';
import { verdict } from './measure.ts';

/** The tokens (o200k) of `tools/list`, and what each part of it costs. */
export async function main(): Promise<void> {
  const count = (tools: readonly object[]) => countTokens(JSON.stringify({ tools }));
  const all = describedTools();
  const operations = all.filter(({ name }) => operationOf(name) !== undefined);
  for (const part of ['title', 'description', 'inputSchema', 'annotations'] as const) {
    const without = count(operations.map(({ [part]: _, ...rest }) => rest));
    console.log(`${part.padEnd(12)} ${String(count(operations) - without).padStart(5)}`);
  }
  const sizes = all.map((tool) => ({ name: tool.name, tokens: countTokens(JSON.stringify(tool)) }));
  const [largest] = sizes.toSorted((one, other) => other.tokens - one.tokens);
  console.log(
    verdict(`tokens of the ${operations.length} operations in tools/list`, count(operations), 14_000, 'at most'),
  );
  console.log(verdict(`tokens of all ${all.length} tools`, count(all), 16_400, 'at most'));
  console.log(verdict(`tokens of the largest, ${largest?.name}`, largest?.tokens ?? 0, 1_800, 'at most'));
  const searching = count(searchTools({ restrictions: UNRESTRICTED, caller: LOCAL_CALLER }));
  console.log(verdict('tokens with --catalog search', searching, 1_200, 'at most'));
}
