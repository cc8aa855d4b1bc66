import { expect } from 'vitest';
import { UNREADABLE } from './corpus.ts';

const QUOTED = /"((?:[^"\\]|\\.)*)"( \(cut, \d+ characters in all\))?/g;

/** The lines of a dialog without the quoted parts: the rest must be this server's own words. */
export const skeleton = (text: string) => text.split('\n').map((line) => line.replace(QUOTED, '""'));
const quotations = (text: string) => [...text.matchAll(QUOTED)].map(([, inside = '']) => inside);

/** A hostile text results in the same lines as a harmless one. */
export function expectHarmless(hostile: string, harmless: string): void {
  expect(skeleton(hostile)).toEqual(skeleton(harmless));
  expect(hostile.replaceAll('\n', '')).not.toMatch(UNREADABLE);
  // What an agent wants to set is never shortened, so that nothing is approved that was not shown.
  const foreign = hostile.replaceAll(/^.* -> .*\.$/gm, '');
  for (const inside of quotations(foreign)) expect(inside.length).toBeLessThanOrEqual(80);
}

const NAME = String.raw`(?:[\w.…-]+|"(?:[^"\\]|\\.)*")`;
const DETAIL = String.raw`(?:"(?:[^"\\]|\\.)*"|(?:[\w ,:/%+@…-]|\.(?=\w))+)`;
const FIRST_LINES = [
  new RegExp(`^[A-Z ]+ [a-z ]+ ${NAME}(?: of ${NAME})?(?: in ${NAME})?(?: \\(${NAME}\\))?$`),
  new RegExp(
    `^(?:Permanent loss|Interrupts): (?:\\d+ [a-z ]+|[a-z ]+ ${NAME})(?: \\(${DETAIL}\\))?\\.(?: \\+ \\d+ more effects? below)?$|^Changes ${NAME}: `,
  ),
  new RegExp(`^Type ${NAME}(?: \\w{4})? to approve\\.$`),
];

/** The first three lines stay the first three, and clients that cut lines at 80 columns show them completely. */
export function expectDialog(hostile: string, harmless: string): void {
  const first = hostile.split('\n').slice(0, 3);
  for (const [at, line] of first.entries()) {
    expect(line).toMatch(FIRST_LINES[at] as RegExp);
    if (at < 2) expect(line.length).toBeLessThanOrEqual(80);
  }
  const rest = (text: string) => text.split('\n').slice(3).join('\n');
  expect(first.join('')).not.toMatch(UNREADABLE);
  expectHarmless(rest(hostile), rest(harmless));
}
