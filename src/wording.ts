import type * as z from 'zod';
import { didYouMean } from './nearest.ts';

/**
 * What is wrong with a value, in words for people and agents, as the `error` of a zod parse. A schema whose format needs an
 * example has its own message.
 */
export function issueText(issue: z.core.$ZodRawIssue): string {
  const format = WORDS[issue.code ?? ''] as ((issue: unknown) => string) | undefined;
  return format?.(issue) ?? OTHER;
}

const OTHER = 'is not in the required format';

type Parsed<T> =
  | { readonly data: T; readonly problem?: undefined }
  | { readonly data?: undefined; readonly problem: string };

/** Parses a value of a file by its schema. `problem` is the first problem, on one line: `rules.0.every: has to be at least 1`. */
export function parseOrExplain<S extends z.ZodType>(schema: S, value: unknown): Parsed<z.output<S>> {
  const { data, error } = schema.safeParse(value, { error: issueText, reportInput: true });
  if (error === undefined) return { data };
  const { path, message } = error.issues[0] as z.core.$ZodIssue;
  const prefix = path.length === 0 ? '' : `${path.join('.')}: `;
  return { problem: `${prefix}${message.replaceAll('\n', ' ').slice(0, MAX_LENGTH)}` };
}

const MAX_LENGTH = 400;

type Raw<C extends z.core.$ZodIssue['code']> = z.core.$ZodRawIssue<Extract<z.core.$ZodIssue, { code: C }>>;

const WORDS: { readonly [C in z.core.$ZodIssue['code']]?: (issue: Raw<C>) => string } & Record<string, unknown> = {
  invalid_type: ({ expected, input }) =>
    input === undefined ? 'required' : `expects ${TYPES[expected] ?? expected}, not ${shown(input)}`,
  invalid_value: ({ values, input }) => {
    const allowed = values.map(String);
    const choice = allowed.length === 1 ? `only ${allowed[0]}` : `one of ${allowed.join(', ')}`;
    if (input === undefined) return `required: ${choice}`;
    return `expects ${choice}${typeof input === 'string' ? didYouMean(input, allowed) : `, not ${shown(input)}`}`;
  },
  too_small: ({ origin, minimum }) => `has to ${boundText(origin, 'at least', minimum)}`,
  too_big: ({ origin, maximum }) => `has to ${boundText(origin, 'at most', maximum)}`,
  unrecognized_keys: ({ keys }) => `there is no ${keys.map((key) => JSON.stringify(key)).join(', ')}`,
  invalid_union: ({ errors, options, input }) => {
    if (Array.isArray(options)) return `expects one of ${options.join(', ')}`;
    const types = errors.flatMap(([first]) => (first?.code === 'invalid_type' ? [TYPES[first.expected]] : [undefined]));
    return types.includes(undefined) ? OTHER : `expects ${types.join(' or ')}, not ${shown(input)}`;
  },
  invalid_key: ({ issues }) => `invalid key: ${issues[0]?.message ?? 'not allowed'}`,
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item', set: 'item', map: 'entry' };

function boundText(origin: string, bound: string, count: number | bigint): string {
  const unit = UNITS[origin];
  return unit === undefined
    ? `be ${bound} ${count}`
    : `have ${bound} ${count} ${unit}${Number(count) === 1 ? '' : 's'}`;
}

/** The kind of a list, an object or a long text; any other value as JSON. */
function shown(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'an object';
  return typeof input === 'string' && input.length > 40 ? 'a string' : JSON.stringify(input);
}
