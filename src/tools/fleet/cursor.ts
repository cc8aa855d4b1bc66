/** Where an answer continues: at a row, in the environments from one id until before another. */
export interface Position {
  readonly at: number;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** Long enough for two ids. */
export const MAX_CURSOR_LENGTH = 140;

export const cursorFor = ({ at, from, until }: Position): string =>
  Buffer.from(
    `at ${at}${from === undefined ? '' : ` from ${from}`}${until === undefined ? '' : ` until ${until}`}.`,
  ).toString('base64url');

/** The position in a cursor; undefined for a cursor that this server did not issue. */
export function positionIn(cursor: string): Position | undefined {
  const text = Buffer.from(cursor.slice(0, MAX_CURSOR_LENGTH), 'base64url').toString();
  const [, at, from, until] = /^at (\d{1,9})(?: from (\w{1,32}))?(?: until (\w{1,32}))?\.$/.exec(text) ?? [];
  const position = { at: Number(at), from, until };
  return cursorFor(position) === cursor ? position : undefined;
}
