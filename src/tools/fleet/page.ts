import type { CallToolResult } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { bytesOf, MAX_DATA } from '../../answer-size.ts';
import { counted } from '../../inventory/units.ts';
import { safeJson } from '../../untrusted.ts';
import { Words } from '../lenient.ts';
import { structured } from '../result.ts';
import { cursorFor, MAX_CURSOR_LENGTH, type Paged, positionIn } from './cursor.ts';

export type Row = Readonly<Record<string, unknown>>;
export interface Section {
  readonly name: string;
  readonly rows: readonly Row[];
}
export interface Link {
  readonly uri: string;
  readonly title: string;
  readonly mimeType: string;
}

/** Maximum tokens of one answer, by view. */
const TOKEN_BUDGET = { summary: 1_950, full: 16_000 } as const;
export type View = keyof typeof TOKEN_BUDGET;

const WHOLE_CURSOR = 'expects the cursor of the last answer, complete and unchanged';

/** The arguments that control the length of answers; `full` says what the full view has. */
export const pageArguments = (full = 'every setting, in a longer answer') => ({
  view: Words(['summary', 'full']).optional().describe(`full: ${full}. Default: summary.`),
  cursor: z
    .string()
    .max(MAX_CURSOR_LENGTH, WHOLE_CURSOR)
    .refine((text) => positionIn(text) !== undefined, WHOLE_CURSOR)
    .optional()
    .describe('From the last answer, for the next page'),
});

/** No page has room for more entities. */
const MAX_ENTITIES_ON_PAGE = 400;

/** The entities that the page of a cursor may show; `endOfPage` decides where it ends. */
export function entitiesOnPage<E>(entities: readonly E[], cursor: string | undefined): readonly E[] {
  const start = startOf(cursor);
  return entities.slice(start, start + MAX_ENTITIES_ON_PAGE);
}

const startOf = (cursor: string | undefined) => positionIn(cursor ?? '')?.row ?? 0;

/** The environments that an answer had no time for. */
export interface EnvironmentsLeft {
  /** The id of the first one. */
  readonly firstId: string;
  readonly count: number;
}

interface AnswerOptions {
  /** All arguments of the call. */
  readonly input: Paged & { readonly view?: View | undefined };
  readonly links?: readonly Link[];
  readonly environmentsLeft?: EnvironmentsLeft | undefined;
}

/**
 * An answer within its budget: on the first page the head, then rows of the sections in order, as many as fit, with the number of the
 * rows that follow and the cursor for them. A row is never cut; a row that is too large is returned alone. After the last row, the
 * cursor is for the environments that are left.
 */
export function answer(
  head: Row,
  sections: readonly Section[],
  { input, links = [], environmentsLeft: left }: AnswerOptions,
): CallToolResult {
  const { view = 'summary', cursor } = input;
  const entries = sections.flatMap(({ name, rows }) => rows.map((row) => ({ section: name, row })));
  const position = positionIn(cursor ?? '');
  const until = left?.firstId ?? position?.untilEnvironment;
  const start = Math.min(startOf(cursor), entries.length);
  const isFirst = start === 0;
  const shownHead = isFirst ? { ...head, ...(left === undefined ? {} : { environmentsLeft: left.count }) } : {};
  const end = endOfPage(entries, start, shownHead, view);
  const more = entries.length - end;
  const next = nextPosition(more > 0 ? end : undefined, position?.fromEnvironment, until);
  const forRest =
    left === undefined || more === 0
      ? {}
      : { cursorForRest: cursorFor({ row: 0, fromEnvironment: left.firstId }, input) };
  const result = structured(
    {
      ...shownHead,
      ...rowsBySection(sections, entries.slice(start, end), isFirst),
      ...(more === 0 ? {} : { more }),
      ...(next === undefined ? {} : { cursor: cursorFor(next, input) }),
      ...forRest,
    },
    ...(more === 0 ? [] : [`${more} more: repeat the call with this cursor.`]),
    ...(left === undefined ? [] : [leftText(left, more === 0 ? 'this cursor' : 'cursorForRest as cursor')]),
    ...(more > 0 || until === undefined || left !== undefined ? [] : [ENVIRONMENTS_LEFT]),
  );
  return { ...result, content: [...result.content, ...links.map(linkBlock)] };
}

interface Entry {
  readonly section: string;
  readonly row: Row;
}

/** The index after the last entry that fits beside the head. A page has at least one entry, whatever its size. */
function endOfPage(entries: readonly Entry[], start: number, head: Row, view: View): number {
  let tokensLeft = TOKEN_BUDGET[view] - tokensOf(head);
  let bytesLeft = MAX_DATA - bytesOf(safeJson(head));
  let end = start;
  for (const { row } of entries.slice(start)) {
    tokensLeft -= tokensOf(row);
    bytesLeft -= bytesOf(safeJson(row));
    if (Math.min(tokensLeft, bytesLeft) < 0 && end > start) break;
    end += 1;
  }
  return end;
}

/** Where the next page starts: at the next row, or else in the environments that are left. */
function nextPosition(row: number | undefined, from: string | undefined, until: string | undefined) {
  if (row !== undefined) return { row, fromEnvironment: from, untilEnvironment: until };
  return until === undefined ? undefined : { row: 0, fromEnvironment: until };
}

/** The rows of a page by section; the first page also names the sections without rows. */
function rowsBySection(sections: readonly Section[], shown: readonly Entry[], isFirst: boolean): Row {
  const lists = sections.map(({ name, rows }) => ({
    name,
    isEmpty: rows.length === 0,
    list: shown.filter(({ section }) => section === name).map(({ row }) => row),
  }));
  const present = lists.filter(({ isEmpty, list }) => list.length > 0 || (isFirst && isEmpty));
  return Object.fromEntries(present.map(({ name, list }) => [name, list]));
}

/** An estimate of the tokens of a value, slightly too high. Random ids need many tokens. */
const tokensOf = (value: unknown) => safeJson(value).match(TOKENS)?.length ?? 0;
const TOKENS = /(?<=\d)[a-z]{1,2}|[a-z]{1,2}(?=\d)|[A-Z]?[a-z]{1,9}|[A-Z]{1,4}|\d{1,3}|[^\w\s]{1,3}|\s|_/g;

/** Whether rows fit into a summary with room for other members. */
export const isSmall = (rows: readonly Row[]) => tokensOf(rows) <= TOKEN_BUDGET.summary - TOKENS_OF_OTHER_MEMBERS;
const TOKENS_OF_OTHER_MEMBERS = 400;

export const linkBlock = ({ uri, title, mimeType }: Link) =>
  ({ type: 'resource_link', uri, name: title, title, mimeType }) as const;

const ENVIRONMENTS_LEFT = 'More environments are left: repeat the call with this cursor.';
const leftText = ({ count }: EnvironmentsLeft, cursor: string) =>
  `Out of time: ${counted('environment', count)} ${count === 1 ? 'is' : 'are'} left and not counted in this answer. For the rest, repeat the call with ${cursor}.`;
