/** What an answer must say. */
export interface Fact {
  readonly what: string;
  /** Words that say it, for people who read the task and for the tests of this checker. */
  readonly example: string;
  /** Why an answer does not say it. */
  readonly missingIn: (answer: Answer) => string | undefined;
}

export interface Answer {
  readonly text: string;
  readonly now: number;
}

/** Text that the answer must contain. */
export const text = (what: string, value: string | undefined): Fact => ({
  what,
  example: value ?? '',
  missingIn: (answer) => (answer.text.toLowerCase().includes(String(value).toLowerCase()) ? undefined : `no ${value}`),
});

/** Names that must all appear as whole words, and others that must not appear. */
export const names = (what: string, present: readonly string[], absent: readonly string[] = []): Fact => ({
  what,
  example: present.join(', '),
  missingIn: (answer) => {
    const missing = present.filter((name) => !hasName(answer.text, name));
    const wrong = absent.filter((name) => !present.includes(name) && hasName(answer.text, name));
    const faults = [
      ...(missing.length > 0 ? [`no ${missing.join(', ')}`] : []),
      ...(wrong.length > 0 ? [`wrongly ${wrong.join(', ')}`] : []),
    ];
    return faults.length > 0 ? faults.join('; ') : undefined;
  },
});

/** A number in digits, with or without separators, or in words up to twelve. */
export const number = (what: string, value: number): Fact => ({
  what,
  example: `${value} of them`,
  missingIn: (answer) => (numbersIn(answer.text).includes(value) ? undefined : `no ${value}`),
});

/** A size in GB with its unit. Decimal and binary units count, because the API mixes them; 1.2 % may be lost to rounding. */
export const size = (what: string, gigabytes: number): Fact => ({
  what,
  example: `${gigabytes / 1000} TB`,
  missingIn: (answer) => {
    const readings = [1e9, 2 ** 30, 2 ** 40 / 1000, 1e12 / 1024, 2 ** 40 / 1024].map((unit) => unit * gigabytes);
    const isClose = (bytes: number) => readings.some((reading) => Math.abs(bytes / reading - 1) < 0.012);
    return sizesIn(answer.text).some(isClose) ? undefined : `no ${gigabytes} GB`;
  },
});

/** A day: ISO, "28 November", "Nov 28", or "2 days ago". */
export const date = (what: string, moment: string | undefined): Fact => {
  const day = new Date(moment ?? Number.NaN);
  return {
    what,
    example: `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`,
    missingIn: (answer) => (isDated(answer, day) ? undefined : `no ${day.toISOString().slice(0, 10)}`),
  };
};

/** A fact that can be stated in several ways. */
export const says = (what: string, pattern: RegExp, example: string): Fact => ({
  what,
  example,
  missingIn: (answer) => (pattern.test(answer.text) ? undefined : `nothing like ${pattern}`),
});

/** An answer without markup, with plain dashes, quotes and spaces. */
export const plain = (answer: string): string =>
  answer
    .replaceAll(/[*`_]{2,}|[`*]/g, '')
    .replaceAll(/[‑–]/g, '-')
    .replaceAll('’', "'")
    .replaceAll(/[\u00a0\u202f]/g, ' ');

const hasName = (answer: string, name: string) =>
  new RegExp(`(?<![\\w-])${name.replaceAll('.', '\\.')}(?![\\w-]|\\.\\w)`, 'i').test(answer);

const WORDS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const DIGITS = String.raw`\d{1,3}(?:[, ']\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?`;
const NUMBER = new RegExp(String.raw`(?<![\w.\-/])(${DIGITS})(?=$|[^\w\-/.]|\.(?!\d)|[kMGT]i?B)`, 'g');
const WORD = new RegExp(String.raw`\b(no|none|${WORDS.join('|')})\b`, 'gi');
const parsed = (digits: string) => Number(digits.replaceAll(/[, ']/g, ''));

function numbersIn(answer: string): number[] {
  const inDigits = [...answer.matchAll(NUMBER)].map(([, digits = '']) => parsed(digits));
  const inWords = [...answer.matchAll(WORD)].map(([word]) => Math.max(0, WORDS.indexOf(word.toLowerCase())));
  return [...inDigits, ...inWords];
}

const UNITS: Readonly<Record<string, number>> = {
  gb: 1e9,
  tb: 1e12,
  mb: 1e6,
  gib: 2 ** 30,
  tib: 2 ** 40,
  mib: 2 ** 20,
};
const SIZE = new RegExp(String.raw`(${DIGITS})\s*([MGT]i?B)\b`, 'gi');
const sizesIn = (answer: string) =>
  [...answer.matchAll(SIZE)].map(([, digits = '', unit = '']) => parsed(digits) * (UNITS[unit.toLowerCase()] ?? 0));

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAY_MS = 86_400_000;

function isDated({ text: answer, now }: Answer, day: Date): boolean {
  const [iso = ''] = day.toISOString().split('T');
  const month = MONTHS[day.getUTCMonth()] ?? '';
  const inMonth = `(?:${month}|${month.slice(0, 3)})\\.?`;
  const ofMonth = `0?${day.getUTCDate()}(?:st|nd|rd|th)?`;
  const calendar = `${iso.replaceAll('-', '[-./]')}|\\b${ofMonth}(?: of)?[ -]${inMonth}|\\b${inMonth} ${ofMonth}\\b`;
  if (new RegExp(calendar, 'i').test(answer)) return true;
  const ago = Math.round((now - day.getTime()) / DAY_MS);
  const inWords = [`(?:${ago}|${WORDS[ago]}) days? ago`, ...(ago === 1 ? ['yesterday'] : [])];
  return ago < WORDS.length && new RegExp(`\\b(?:${inWords.join('|')})\\b`, 'i').test(answer);
}
