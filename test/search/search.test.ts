import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it, test } from 'vitest';
import { FLATTER, operationTools, rankTools, search, USUAL } from '../../bench/search.ts';
import { HELD_OUT, QUESTIONS, TUNING } from './questions.ts';

const tools = operationTools();

describe('the questions', () => {
  it('ask for every tool, for each kdb tool at least twice, and for nothing else', () => {
    const asked = (name: string) => QUESTIONS.filter(([, ...right]) => right.includes(name)).length;
    for (const { name } of tools) expect(asked(name), name).toBeGreaterThanOrEqual(name.includes('_kx_') ? 2 : 1);
    const names = new Set(tools.map(({ name }) => name));
    expect(QUESTIONS.flatMap(([, ...right]) => right.filter((name) => !names.has(name)))).toEqual([]);
    expect(new Set(QUESTIONS.map(([asked]) => asked)).size).toBe(QUESTIONS.length);
  });
});

describe('a host that ranks the tools by BM25', () => {
  test('ranks only tools that share a word with the question, alike ones in the order of the list', () => {
    expect(rankTools('hopen PyKX', tools)).toEqual(['get_kx_connection_string']);
    expect(rankTools('which of the weather is it', tools)).toEqual([]);
    const alike = tools.slice(0, 3).map((tool, index) => ({
      ...tool,
      name: `alike_${index}`,
      description: 'one',
      inputSchema: { type: 'object' } as const,
    }));
    expect(rankTools('alike one', alike)).toEqual(['alike_0', 'alike_1', 'alike_2']);
  });

  // The aims are 0.8 and 0.95, which the bench compares with; these floors hold what was reached.
  test.each([
    ['all questions', QUESTIONS, 0.73, 0.88],
    ['the half that descriptions are tuned on', TUNING, 0.86, 0.95],
    ['the half that only measures', HELD_OUT, 0.6, 0.8],
  ])('finds the right tool for %s', (_, questions, first, firstThree) => {
    const found = search(questions, USUAL);
    expect(found.first).toBeGreaterThanOrEqual(first);
    expect(found.firstThree).toBeGreaterThanOrEqual(firstThree);
  });

  test('does not need one setting of its parameters', () => {
    const found = search(QUESTIONS, FLATTER);
    expect(found.first).toBeGreaterThanOrEqual(0.72);
    expect(found.firstThree).toBeGreaterThanOrEqual(0.87);
  });
});

describe('the 50 tools', () => {
  it('cost at most 7,200 tokens', () => {
    expect(tools).toHaveLength(50);
    expect(countTokens(JSON.stringify({ tools }))).toBeLessThanOrEqual(7_200);
  });

  it('have short descriptions, no two alike', () => {
    const described = tools.map(({ description }) => description.replace(/ A person must approve\.$/, ''));
    expect(described.filter((text) => text.length > 200)).toEqual([]);
    expect(new Set(described).size).toBe(50);
  });
});
