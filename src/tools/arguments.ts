import * as z from 'zod';
import { nearest } from '../nearest.ts';
import { quoted } from '../safety/untrusted.ts';

const MOST_PROBLEMS = 10;

/** The arguments of a call, or what is wrong with them, one sentence per problem. */
export function parseArguments(
  schema: z.ZodObject,
  given: unknown,
): { readonly input: Record<string, unknown> } | { readonly problems: string[] } {
  const parsed = schema.safeParse(given);
  if (parsed.success) return { input: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) => describeIssue(schema, issue));
  return { problems: problems.slice(0, MOST_PROBLEMS) };
}

function describeIssue(schema: z.ZodType, issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = membersAt(schema, issue.path);
    return issue.keys.map(
      (key) => `${place([...issue.path, key])}: there is no such argument${suggestion(key, known)}.`,
    );
  }
  const message =
    issue.code === 'invalid_type' && issue.message.endsWith('received undefined') ? 'required' : issue.message;
  return [`${place(issue.path)}: ${message}`];
}

const place = (path: readonly PropertyKey[]) => {
  const dotted = path.map(String).join('.');
  return path.length === 0 ? 'arguments' : /^[\w.]{1,120}$/.test(dotted) ? dotted : quoted(dotted);
};

/** `; did you mean x?` when a known word is near enough to be meant, else a list of what there is. */
function suggestion(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const meant = nearest(word, known);
  return meant === undefined ? `; known: ${known.join(', ')}` : `; did you mean ${meant}?`;
}

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
