import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Demo, demo, NOW } from '../inventory/demo.ts';
import { answer, MAX_CALLS, MAX_TOKENS } from './answering.ts';
import { DEMO_QUESTIONS, type Question } from './demo-questions.ts';
import { ESTATE_QUESTIONS } from './estate-questions.ts';
import { OPS_QUESTIONS } from './ops-questions.ts';
import { PEOPLE_QUESTIONS } from './people-questions.ts';
import { PLAIN_QUESTIONS } from './plain-questions.ts';
import { type Truth, truthOf } from './truth.ts';

let world: Demo;
let ids: Record<string, string>;
let truth: Truth;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  world = await demo();
  truth = await truthOf(world.call);
  ids = { prod: await world.id('kdb-prod'), uat: await world.id('kdb-uat') };
});
afterAll(async () => {
  vi.useRealTimers();
  await world.close();
});

const QUESTIONS = [...DEMO_QUESTIONS, ...OPS_QUESTIONS];
const ASKED = [...PEOPLE_QUESTIONS, ...ESTATE_QUESTIONS, ...PLAIN_QUESTIONS];

test('there are at least 230 questions, all different', () => {
  const asked = [...QUESTIONS, ...ASKED].map((question) => question.ask);
  expect(new Set(asked).size).toBe(asked.length);
  expect(asked.length).toBeGreaterThanOrEqual(230);
});

test.each(QUESTIONS)('$ask', async (question) => expectAnswered(question));

test.each(ASKED)('$ask (expected answer computed from the operations)', async ({ facts, ...question }) => {
  const follows = facts(truth);
  expect(follows.length).toBeGreaterThan(0);
  await expectAnswered({ ...question, facts: follows });
});

async function expectAnswered(question: Question) {
  const { calls, tokens, missing, text } = await answer(question, world.call, ids);
  expect(missing, `not in the answer: ${text}`).toEqual([]);
  expect(calls).toBeLessThanOrEqual(MAX_CALLS);
  expect(tokens).toBeLessThanOrEqual(MAX_TOKENS);
}
