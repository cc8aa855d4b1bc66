const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** By the first letters of the unit; calendar months and years are in `MONTHS`. */
const SPAN_UNITS_MS: Record<string, number> = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: DAY_MS, w: 7 * DAY_MS };
const MONTHS: Record<string, number> = { mo: 1, y: 12 };
const SPAN =
  /^(?:-|(?:the )?(?:last|past) )?(\d{1,4}(?:\.\d{1,3})?|an?|half an?) ?(?:(m)(?:in(?:ute)?s?)?|(h)(?:(?:ou)?rs?)?|(d)(?:ays?)?|(w)(?:(?:ee)?ks?)?|(mo)(?:nths?)?|(y)(?:(?:ea)?rs?)?)(?: ago)?$/;
const COUNTS: Record<string, number> = { a: 1, an: 1, 'half a': 0.5, 'half an': 0.5 };
/** Days before the present one. */
const DAYS: Record<string, number> = { today: 0, yesterday: 1 };
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * A date, in UTC unless stated otherwise, the start of a span that ends now, such as `30d` or `3 days ago`, or the start of `today` or
 * `yesterday`. NaN for any other text.
 */
export function momentOf(text: string, now: string): number {
  const [, count, ...units] = SPAN.exec(text) ?? [];
  if (count !== undefined) return spanStart(COUNTS[count] ?? Number(count), units.find(Boolean) ?? '', Date.parse(now));
  const daysAgo = DAYS[text];
  if (daysAgo !== undefined) return Date.parse(new Date(Date.parse(now)).toISOString().slice(0, 10)) - daysAgo * DAY_MS;
  const [date, zone] = DATE.exec(text) ?? [];
  if (date === undefined || !isDay(date.slice(0, 10))) return Number.NaN;
  return Date.parse(date.length > 10 && zone === undefined ? `${date}Z` : date);
}

/** A month before 31 March is the last day of February. A part of a month counts as that part of 30 days. */
function spanStart(count: number, unit: string, end: number): number {
  const months = MONTHS[unit];
  if (months === undefined) return end - count * (SPAN_UNITS_MS[unit] ?? Number.NaN);
  const whole = Math.trunc(count * months);
  const start = new Date(end);
  start.setUTCMonth(start.getUTCMonth() - whole);
  if (start.getUTCDate() !== new Date(end).getUTCDate()) start.setUTCDate(0);
  return start.getTime() - (count * months - whole) * 30 * DAY_MS;
}

/** Whether the month has such a day: parsers take 31 February for 3 March. */
const isDay = (day: string) => new Date(Date.parse(day) || 0).toISOString().startsWith(day);

/** Whether a text is a span, an existing date, `today` or `yesterday`. */
export const isMoment = (text: string) => !Number.isNaN(momentOf(text, '1970-01-01'));

/** Whether a text is a date, with or without a time. */
export const isDate = (text: string) => DATE.test(text) && isMoment(text);
