import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { Call } from '../../src/operations/index.ts';
import { caller } from '../fleet/table.ts';
import type { Question } from './demo-questions.ts';

export const MOST_CALLS = 2;
export const MOST_TOKENS = 2_000;

export interface Answered {
  readonly ask: string;
  readonly calls: number;
  readonly tokens: number;
  readonly ms: number;
  /** What a right answer would have had. */
  readonly missing: readonly string[];
}

/** Answers a question with its calls and says what is missing in the answer and what it cost. */
export async function answer(
  { ask, calls, facts }: Question,
  call: Call,
  ids: Record<string, string>,
): Promise<Answered> {
  const use = caller(call);
  const texts: string[] = [];
  const start = performance.now();
  for (const [tool, args = {}] of calls) {
    const filled = JSON.parse(JSON.stringify(args).replace(/\$(\w+)/g, (whole, name: string) => ids[name] ?? whole));
    texts.push((await use(tool, filled)).text);
  }
  const text = texts.join('\n');
  return {
    ask,
    calls: calls.length,
    tokens: texts.reduce((sum, answered) => sum + countTokens(answered), 0),
    ms: performance.now() - start,
    missing: facts.filter((fact) => (typeof fact === 'string' ? !text.includes(fact) : !fact.test(text))).map(String),
  };
}
