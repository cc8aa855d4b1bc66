import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { truncate } from '../../src/inventory/units.ts';
import type { Call } from '../../src/operations/index.ts';
import { caller } from '../fleet/demo-tools.ts';
import type { Question } from './demo-questions.ts';

export const MAX_CALLS = 2;
export const MAX_TOKENS = 2_000;

/** How many characters of an answer a failure shows. */
const MAX_SHOWN = 2_000;

export interface Answered {
  readonly ask: string;
  readonly calls: number;
  readonly tokens: number;
  readonly ms: number;
  /** The facts that the answer lacks. */
  readonly missing: readonly string[];
  /** The answer itself, shortened to one screen, for the message of a failure. */
  readonly text: string;
}

/** Answers a question with its calls and says what is missing in the answer and what it cost. */
export async function answer(
  { ask, calls, facts }: Question,
  call: Call,
  ids: Record<string, string>,
): Promise<Answered> {
  const use = caller(call);
  const texts: string[] = [];
  /** The text that is searched for facts: structured content, or the text of answers without it, such as diagrams. */
  const shown: string[] = [];
  const start = performance.now();
  for (const [tool, args = {}] of calls) {
    const filled = JSON.parse(JSON.stringify(args).replace(/\$(\w+)/g, (whole, name: string) => ids[name] ?? whole));
    const { text, data } = await use(tool, filled);
    texts.push(text);
    shown.push(Object.keys(data).length === 0 ? text : JSON.stringify(data));
  }
  const content = shown.join('\n');
  return {
    ask,
    calls: calls.length,
    tokens: texts.reduce((sum, text) => sum + countTokens(text), 0),
    ms: performance.now() - start,
    missing: facts
      .filter((fact) => (typeof fact === 'string' ? !content.includes(fact) : !fact.test(content)))
      .map(String),
    text: truncate(content, MAX_SHOWN),
  };
}
