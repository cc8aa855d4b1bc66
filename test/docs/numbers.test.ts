import { expect, it } from 'vitest';
import { OPERATION_NAMES } from '../../src/operations/index.ts';
import { SDK_OPERATIONS } from '../finspace/sdk-commands.ts';
import { PAGES, read } from './pages.ts';

/** Numbers in documents that follow from the catalog: how documents write each, and its value. */
const NUMBERS: readonly (readonly [pattern: RegExp, is: number])[] = [
  [/(?<!\d)([1-9]\d*)[ -]operations\b/gi, OPERATION_NAMES.length],
  [/SDK's (\d+) commands\b/g, SDK_OPERATIONS.length],
];

/** Each wrong number in a text, with its line: `README.md:4 says "51 operations"`. */
const wrongIn = (page: string, text: string): string[] =>
  text
    .split('\n')
    .flatMap((line, at) =>
      NUMBERS.flatMap(([pattern, is]) =>
        [...line.matchAll(pattern)]
          .filter(([, number]) => Number(number) !== is)
          .map(([words]) => `${page}:${at + 1} says "${words}": the catalog has ${is}`),
      ),
    );

it('documents agree with the catalog about how many operations there are', () => {
  expect(PAGES.filter((page) => page !== 'CHANGELOG.md').flatMap((page) => wrongIn(page, read(page)))).toEqual([]);
});

it('a document with another number is named with its line', () => {
  const text = "The server has 7 operations.\nThe SDK's 3 commands verify ours.";
  expect(wrongIn('README.md', text)).toEqual([
    `README.md:1 says "7 operations": the catalog has ${OPERATION_NAMES.length}`,
    `README.md:2 says "SDK's 3 commands": the catalog has ${SDK_OPERATIONS.length}`,
  ]);
});
