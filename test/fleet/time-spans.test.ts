import { expect, test } from 'vitest';
import { demoTools, names } from './demo-tools.ts';

const { use } = demoTools();
const found = async (input: Record<string, unknown>) =>
  names((await use('find_kx_entities', input)).data['entities'] ?? []);

test.each([
  ['2 days', '2d'],
  ['the last 48 hours', '2d'],
  ['2 weeks ago', '2w'],
  ['-2w', '2w'],
  ['90 min', '90m'],
  ['1.5h', '90m'],
  ['half a day', '12h'],
  ['an hour', '1h'],
  ['1 month', '2026-02-17T09:00Z'],
  ['1.5 months', '2026-02-02T09:00Z'],
  ['1 year', '2025-03-17T09:00Z'],
  ['today', '2026-03-17'],
  ['yesterday', '2026-03-16'],
])('the time %s means %s', async (words, exact) => {
  const expected = await found({ changedAfter: exact });
  expect(expected.length).toBeGreaterThan(0);
  expect(await found({ changedAfter: words })).toEqual(expected);
});
