import { expect, test } from 'vitest';
import { date, type Fact, names, number, plain, size } from '../../evals/facts.ts';

const NOW = Date.parse('2026-11-29T09:00:00Z');
const says = (fact: Fact, answer: string) => fact.missingIn({ text: plain(answer), now: NOW }) === undefined;

test.each(['38 tutors', 'there are **38**.', '38, of 112', 'users: 1,038 and 38'])('"%s" states 38', (answer) => {
  expect(says(number('tutors', 38), answer)).toBe(true);
});
test.each(['138', '3.8', '38-b', 'v2.38', '380 users', 'tutors: /38/'])('"%s" does not state 38', (answer) => {
  expect(says(number('tutors', 38), answer)).toBe(false);
});
test.each(['three', 'Three loads', '3'])('"%s" states 3', (answer) => {
  expect(says(number('loads', 3), answer)).toBe(true);
});
test.each(['1,200', "1'200", '1200', '1 200'])('"%s" states 1200', (answer) => {
  expect(says(number('files', 1200), answer)).toBe(true);
});

test.each(['24 TB', '24,000 GB', '24000 GB', '23.4 TiB', '24.0TB', '21.8 TiB'])('"%s" states 24,000 GB', (answer) => {
  expect(says(size('disks', 24_000), answer)).toBe(true);
});
test.each(['24', '2.4 TB', '24 GB', '28 TB'])('"%s" does not state 24,000 GB', (answer) => {
  expect(says(size('disks', 24_000), answer)).toBe(false);
});

test.each(['2026-11-26', '26 November', 'Nov 26, 2026', '26th of Nov.', 'three days ago', '3 days ago'])(
  '"%s" states 26 November',
  (answer) => {
    expect(says(date('creation', '2026-11-26T01:50:00Z'), answer)).toBe(true);
  },
);
test.each(['2026-11-16', '6 November', '2 days ago', '26 October'])('"%s" does not state 26 November', (answer) => {
  expect(says(date('creation', '2026-11-26T01:50:00Z'), answer)).toBe(false);
});

test('names match as whole words, and forbidden names must be absent', () => {
  const fact = names('groups', ['sg-a2', 'sg-k'], ['sg-a2', 'sg-k', 'sg-b']);
  expect(says(fact, '`sg-a2` and sg‑k.')).toBe(true);
  expect(says(fact, 'sg-a2')).toBe(false);
  expect(says(fact, 'sg-a2, sg-k-old')).toBe(false);
  expect(says(fact, 'sg-a2, sg-k, sg-b')).toBe(false);
});
