import { expect } from 'vitest';
import { UNREADABLE } from './corpus.ts';

const QUOTED = /"((?:[^"\\]|\\.)*)"( \(cut, \d+ characters\))?/g;

/** The lines of a dialog with what stands in quotes taken out: what is left has to be this server's own words. */
export const skeleton = (text: string) => text.split('\n').map((line) => line.replace(QUOTED, '""'));
const quotations = (text: string) => [...text.matchAll(QUOTED)].map(([, inside = '']) => inside);

/** A hostile text takes no other shape than a harmless one. */
export function expectHarmless(hostile: string, harmless: string): void {
  expect(skeleton(hostile)).toEqual(skeleton(harmless));
  expect(hostile.replaceAll('\n', '')).not.toMatch(UNREADABLE);
  // What an agent wants to set is never cut, so that nothing is approved that was not shown.
  const foreign = hostile.replaceAll(/^.* -> .*\.$/gm, '');
  for (const inside of quotations(foreign)) expect(inside.length).toBeLessThanOrEqual(80);
}

const NAME = String.raw`(?:[\w.…-]+|"(?:[^"\\]|\\.)*")`;
const DETAIL = String.raw`(?:"(?:[^"\\]|\\.)*"|(?:[\w ,:/%+@…-]|\.(?=\w))+)`;
const FIRST_LINES = [
  new RegExp(`^[A-Z ]+ [a-z ]+ ${NAME}(?: of ${NAME})?(?: in ${NAME})?(?: \\(${NAME}\\))?$`),
  new RegExp(
    `^(?:Permanent loss|Interrupts): (?:\\d+ [a-z ]+|[a-z ]+ ${NAME})(?: \\(${DETAIL}\\))?\\.(?: \\+ \\d+ more below)?$|^Changes ${NAME}: `,
  ),
  new RegExp(`^Type ${NAME}(?: \\w{4})? to approve\\.$`),
];

/** The first three lines stay the first three lines, and clients that cut at 80 columns show all of them. */
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
