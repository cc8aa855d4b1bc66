const MINUTE_MS = 60_000;
const SPAN_UNITS_MS: Record<string, number> = {
  m: MINUTE_MS,
  h: 60 * MINUTE_MS,
  d: 1_440 * MINUTE_MS,
  w: 10_080 * MINUTE_MS,
};
const SPAN = /^(\d{1,4}) ?([mhdw])$/;
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** A date, in UTC unless stated otherwise, or the start of a span that ends now, such as `30d`. NaN for any other text. */
export function momentOf(text: string, now: string): number {
  const [, count, unit = ''] = SPAN.exec(text) ?? [];
  if (count !== undefined) return Date.parse(now) - Number(count) * (SPAN_UNITS_MS[unit] ?? Number.NaN);
  const [date, zone] = DATE.exec(text) ?? [];
  if (date === undefined || !isDay(date.slice(0, 10))) return Number.NaN;
  return Date.parse(date.length > 10 && zone === undefined ? `${date}Z` : date);
}

/** Whether the month has such a day: parsers take 31 February for 3 March. */
const isDay = (day: string) => new Date(Date.parse(day) || 0).toISOString().startsWith(day);

/** Whether a text is a span or an existing date. */
export const isMoment = (text: string) => !Number.isNaN(momentOf(text, '1970-01-01'));

/** Whether a text is a date, with or without a time. */
export const isDate = (text: string) => DATE.test(text) && isMoment(text);
