import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { operationOf } from '../src/operations/naming.ts';
import { describedTools } from '../src/tools/list.ts';
import { verdict } from './measure.ts';

/** The tokens (o200k) of `tools/list`, and what each part of it costs. */
export async function main(): Promise<void> {
  const count = (tools: readonly object[]) => countTokens(JSON.stringify({ tools }));
  const operations = describedTools().filter(({ name }) => operationOf(name) !== undefined);
  const others = describedTools().filter(({ name }) => operationOf(name) === undefined);
  for (const part of ['title', 'description', 'inputSchema', 'annotations'] as const) {
    const without = count(operations.map(({ [part]: _, ...rest }) => rest));
    console.log(`${part.padEnd(12)} ${String(count(operations) - without).padStart(5)}`);
  }
  console.log(verdict('tokens of the 50 operations in tools/list', count(operations), 7_500, 'at most'));
  console.log(verdict(`tokens of the ${others.length} other tools`, count(others), 1_500, 'at most'));
}
