import * as z from 'zod';
import { didYouMean } from '../nearest.ts';
import type { OperationName } from '../operations/index.ts';
import { quoted } from '../safety/untrusted.ts';
import { wordIssue } from '../wording.ts';
import { environmentMeant, type Lookup, whereListed } from './identify.ts';

const MOST_PROBLEMS = 20;

/** What is wrong with one argument. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly says: string;
  readonly given: unknown;
}

/** The arguments of a call, or what is wrong with them. */
export function parseArguments(
  schema: z.ZodObject,
  given: unknown,
): { readonly input: Record<string, unknown> } | { readonly problems: Problem[] } {
  const parsed = schema.safeParse(given, { error: wordIssue, reportInput: true });
  if (parsed.success) return { input: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) => problemsIn(schema, issue));
  const isFirst = ({ path }: Problem, at: number) =>
    problems.findIndex((other) => place(other.path) === place(path)) === at;
  return { problems: problems.filter(isFirst).slice(0, MOST_PROBLEMS) };
}

function problemsIn(schema: z.ZodType, issue: z.core.$ZodIssue): Problem[] {
  const { path, message, input } = issue;
  if (issue.code !== 'unrecognized_keys') return [{ path, says: message, given: input }];
  const known = membersAt(schema, path);
  return issue.keys.map((key) => ({
    path: [...path, key],
    says: `there is no such argument${suggestion(key, known)}`,
    given: undefined,
  }));
}

/** One sentence for each problem, with what was probably meant by an id, a name or an ARN, and where to find the right one. */
export async function explained(lookup: Lookup, problems: readonly Problem[], near?: OperationName): Promise<string[]> {
  return Promise.all(
    problems.map(async ({ path, says, given }) => {
      const hint = IS_FORM.test(says) ? await identified(lookup, String(path.at(-1)), given, near) : undefined;
      const sentence = `${place(path)}: ${says}${/[.?]$/.test(says) ? '' : '.'}`;
      return hint === undefined ? sentence : `${sentence} ${hint}`;
    }),
  );
}

const IS_FORM = /^(?:expects|required)/;

async function identified({ environment, signal }: Lookup, label: string, given: unknown, near?: OperationName) {
  const lookup = { environment, signal };
  if (typeof given === 'string' && label === 'environmentId') {
    const meant = await environmentMeant(lookup, given);
    if (meant !== undefined) return meant;
  }
  if (typeof given === 'string' && label.endsWith('Name') && given.startsWith('arn:'))
    return `This is an ARN; the name in it is ${quoted(given.split('/').at(-1) ?? '')}.`;
  return whereListed(environment, label, near);
}

const place = (path: readonly PropertyKey[]) => {
  const dotted = path.map(String).join('.');
  return path.length === 0 ? 'arguments' : /^[\w.]{1,120}$/.test(dotted) ? dotted : quoted(dotted);
};

/** What was probably meant, else a list of what there is. */
const suggestion = (word: string, known: readonly string[]) =>
  known.length === 0 ? '' : didYouMean(word, known, { otherwise: `; known: ${known.join(', ')}` });

function membersAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: z.ZodType = schema;
  for (const step of path) {
    at = unwrapped(at);
    if (at instanceof z.ZodArray) at = at.element as z.ZodType;
    else if (at instanceof z.ZodObject) at = (at.shape as Record<string, z.ZodType>)[String(step)] ?? z.never();
  }
  at = unwrapped(at);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

const unwrapped = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional ? unwrapped(schema.unwrap() as z.ZodType) : schema;
