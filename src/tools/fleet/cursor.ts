import { matchOpaque, opaque, shortDigest } from './opaque-text.ts';

/** Where an answer continues: at a row of the answer about the environments from one on, up to but without another, by their ids. */
export interface Position {
  readonly row: number;
  readonly fromEnvironment?: string | undefined;
  readonly untilEnvironment?: string | undefined;
}

/** The arguments of a call that can have several pages. */
export interface Paged {
  readonly cursor?: string | undefined;
  readonly [argument: string]: unknown;
}

/** Long enough for two ids. */
export const MAX_CURSOR_LENGTH = 140;

export function cursorFor({ row, fromEnvironment: from, untilEnvironment: until }: Position, input: Paged): string {
  const range = `${from === undefined ? '' : ` from ${from}`}${until === undefined ? '' : ` until ${until}`}`;
  return opaque(`at ${row}${range} of ${digestOf(input)}.`);
}

const POSITION = /^at (0|[1-9]\d{0,8})(?: from (\w{1,32}))?(?: until (\w{1,32}))? of ([0-9a-f]{8})\.$/;

/** The position in a cursor; undefined for a text that does not have the form of a cursor. */
export function positionIn(cursor: string): (Position & { readonly argumentsDigest: string | undefined }) | undefined {
  const match = matchOpaque(cursor, POSITION);
  if (match === null) return undefined;
  const [, row, fromEnvironment, untilEnvironment, argumentsDigest] = match;
  return { row: Number(row), fromEnvironment, untilEnvironment, argumentsDigest };
}

/** Whether the cursor of a call, if it has one, is from the answer to the same arguments. */
export const isOwnCursor = (input: Paged): boolean =>
  input.cursor === undefined || positionIn(input.cursor)?.argumentsDigest === digestOf(input);

/** Digest of the arguments without the cursor. A client may name a default in one call and omit it in the next. */
function digestOf({ cursor: _, ...args }: Paged): string {
  const isDefault = ([name, value]: [string, unknown]) => Object.hasOwn(DEFAULTS, name) && DEFAULTS[name] === value;
  return shortDigest(Object.fromEntries(Object.entries(args).filter((each) => !isDefault(each))));
}

const DEFAULTS: Paged = { view: 'summary', diagram: false };

export const WRONG_CURSOR =
  'The cursor is from an answer to other arguments: repeat that call with all its arguments and this cursor, or omit the cursor.';
