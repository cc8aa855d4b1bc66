import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describedTools } from '../src/tools/list.ts';
import { verdict } from './measure.ts';

/** The tokens (o200k) of `tools/list`, and what each part of it costs. */
export async function main(): Promise<void> {
  const tools = describedTools();
  const total = countTokens(JSON.stringify({ tools }));
  for (const part of ['title', 'description', 'inputSchema', 'annotations'] as const) {
    const without = countTokens(JSON.stringify({ tools: tools.map(({ [part]: _, ...rest }) => rest) }));
    console.log(`${part.padEnd(12)} ${String(total - without).padStart(5)}`);
  }
  console.log(verdict('tokens of tools/list', total, 7_500, 'at most'));
}
