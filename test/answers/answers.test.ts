import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Demo, demo, NOW } from '../inventory/demo.ts';
import { answer, MOST_CALLS, MOST_TOKENS } from './answering.ts';
import { DEMO_QUESTIONS } from './demo-questions.ts';
import { OPS_QUESTIONS } from './ops-questions.ts';

let world: Demo;
let ids: Record<string, string>;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  world = await demo();
  ids = { prod: await world.id('kdb-prod'), uat: await world.id('kdb-uat') };
});
afterAll(async () => {
  vi.useRealTimers();
  await world.close();
});

const QUESTIONS = [...DEMO_QUESTIONS, ...OPS_QUESTIONS];

test('there are at least 120 questions, each different', () =>
  expect(new Set(QUESTIONS.map((question) => question.ask)).size).toBeGreaterThanOrEqual(120));

test.each(QUESTIONS)('$ask', async (question) => {
  const { calls, tokens, missing } = await answer(question, world.call, ids);
  expect(missing).toEqual([]);
  expect(calls).toBeLessThanOrEqual(MOST_CALLS);
  expect(tokens).toBeLessThanOrEqual(MOST_TOKENS);
});
