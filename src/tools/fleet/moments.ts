const DAY = 86_400_000;
const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: DAY, w: 7 * DAY, mo: 30 * DAY, y: 365 * DAY };
const SPAN = /^(\d{1,4}) ?(?:(m)(?:in(?:ute)?s?)?|(h)(?:ours?)?|(d)(?:ays?)?|(w)(?:eeks?)?|(mo)nths?|(y)(?:ears?)?)$/;
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;
const NAMED: Record<string, number> = { today: 0, yesterday: 1 };
/** Words around a span that do not change its meaning. */
const AROUND = /^(?:(?:in|within|since|the|last|past) )+| ago$/g;
const ONE = /^(?:an? |one )?(?=(?:minute|hour|day|week|month|year)$)/;

/**
 * The start of a span that ends now, such as `30d` or `the last 2 weeks`; `today`, `yesterday` and dates start in UTC. NaN for
 * any other text.
 */
export function momentOf(said: string, now: string): number {
  const text = said.trim().replaceAll(AROUND, '').replace(ONE, '1 ');
  const daysAgo = NAMED[text];
  if (daysAgo !== undefined) return Math.floor(Date.parse(now) / DAY) * DAY - daysAgo * DAY;
  const [, count, ...units] = SPAN.exec(text) ?? [];
  const unit = units.find((each) => each !== undefined);
  if (unit !== undefined) return Date.parse(now) - Number(count) * (UNITS[unit] ?? Number.NaN);
  const [date, zone] = DATE.exec(text) ?? [];
  if (date === undefined) return Number.NaN;
  return Date.parse(date.length > 10 && zone === undefined ? `${date}Z` : date);
}

/** Whether a text is a span or an existing date. */
export const isMoment = (text: string) => !Number.isNaN(momentOf(text, '1970-01-01'));
