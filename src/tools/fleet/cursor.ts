import { matchOpaque, opaque } from './opaque-text.ts';

/** Where an answer continues: at a row, in the environments from one id until before another. */
export interface Position {
  readonly at: number;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** Long enough for two ids. */
export const MAX_CURSOR_LENGTH = 140;

export const cursorFor = ({ at, from, until }: Position): string =>
  opaque(`at ${at}${from === undefined ? '' : ` from ${from}`}${until === undefined ? '' : ` until ${until}`}.`);

const POSITION = /^at (0|[1-9]\d{0,8})(?: from (\w{1,32}))?(?: until (\w{1,32}))?\.$/;

/** The position in a cursor; undefined for a cursor that this server did not issue. */
export function positionIn(cursor: string): Position | undefined {
  const match = matchOpaque(cursor, POSITION);
  if (match === null) return undefined;
  const [, at, from, until] = match;
  return { at: Number(at), from, until };
}
