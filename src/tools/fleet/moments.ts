const MINUTE = 60_000;
const UNITS: Record<string, number> = { m: MINUTE, h: 60 * MINUTE, d: 1_440 * MINUTE, w: 10_080 * MINUTE };
const SPAN = /^(\d{1,4}) ?([mhdw])$/;
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** A date, in UTC unless stated otherwise, or the start of a span that ends now, such as `30d`. NaN for any other text. */
export function momentOf(text: string, now: string): number {
  const [, count, unit = ''] = SPAN.exec(text) ?? [];
  if (count !== undefined) return Date.parse(now) - Number(count) * (UNITS[unit] ?? Number.NaN);
  const [date, zone] = DATE.exec(text) ?? [];
  if (date === undefined) return Number.NaN;
  return Date.parse(date.length > 10 && zone === undefined ? `${date}Z` : date);
}

/** Whether a text is a span or an existing date. */
export const isMoment = (text: string) => !Number.isNaN(momentOf(text, '1970-01-01'));
