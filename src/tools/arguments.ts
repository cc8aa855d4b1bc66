import * as z from 'zod';
import { MAX_VALUES, parseBounded, type ValueBudget } from '../bounded-json.ts';
import { didYouMean } from '../nearest.ts';
import { arnParts } from '../operations/arn.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import { insteadOf } from '../operations/offered.ts';
import { prototypeKeyIssues } from '../operations/prototype-keys.ts';
import { quoteUntrusted } from '../untrusted.ts';
import { issueText } from '../wording.ts';
import { type Lookup, whereListed } from './identify.ts';
import { lenient } from './lenient.ts';

const MAX_PROBLEMS = 20;
/** Beginning of the message about an unknown argument. */
export const NO_SUCH_ARGUMENT = 'there is no such argument';

export interface ArgumentProblem {
  readonly path: readonly PropertyKey[];
  readonly says: string;
  readonly given: unknown;
}

type Parsed = { readonly input: Record<string, unknown> } | { readonly problems: ArgumentProblem[] };

/** The arguments of a call, as its schema defines them, or their problems. Lists and objects in JSON strings are parsed. */
export function parseArguments(
  schema: z.ZodObject,
  given: unknown,
  budget = { layers: MAX_LAYERS, values: MAX_VALUES },
): Parsed {
  const corrected = lenient(schema, given);
  const parsed = schema.safeParse(corrected, { error: limitedMessages(), reportInput: true });
  const dropped = prototypeKeyIssues(schema, corrected);
  if (parsed.success && dropped.length === 0) return { input: parsed.data };
  const issues = [...dropped, ...(parsed.error?.issues ?? [])];
  const unpacked = budget.layers > 0 ? issues.flatMap(unpackJson(budget)) : [];
  budget.layers -= 1;
  if (unpacked.length > 0) return parseArguments(schema, withUnpacked(corrected, unpacked), budget);
  const problemByPath = new Map<string, ArgumentProblem>();
  for (const problem of issues.slice(0, MAX_PROBLEMS).flatMap((issue) => problemsIn(schema, issue))) {
    const text = pathText(problem.path);
    if (!problemByPath.has(text)) problemByPath.set(text, problem);
  }
  return { problems: [...problemByPath.values()].slice(0, MAX_PROBLEMS) };
}

/** Messages for as many issues as are shown. The others get none, because creating them takes time. */
function limitedMessages(): typeof issueText {
  let left = MAX_PROBLEMS;
  return (issue) => {
    left -= 1;
    return left < 0 ? '' : issueText(issue);
  };
}

/** Maximum nesting of JSON inside JSON. */
const MAX_LAYERS = 3;
const MAX_JSON_LENGTH = 100_000;

interface Unpacked {
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
}

/** Finds strings that contain a list or an object as JSON, where the schema expects a list or an object. */
function unpackJson(budget: ValueBudget): (issue: z.core.$ZodIssue) => Unpacked[] {
  return ({ code, path, input, ...issue }) => {
    if (code !== 'invalid_type' || path.length === 0 || typeof input !== 'string') return [];
    if (input.length > MAX_JSON_LENGTH || !/^\s*[[{]/.test(input)) return [];
    try {
      const value = parseBounded(input, budget);
      return Array.isArray(value) === ((issue as { expected?: unknown }).expected === 'array') ? [{ path, value }] : [];
    } catch {
      return [];
    }
  };
}

/** A copy with other values at some paths. */
function withUnpacked(given: unknown, unpacked: readonly Unpacked[]): unknown {
  const copy: unknown = structuredClone(given);
  for (const { path, value } of unpacked) {
    const holder = path.slice(0, -1).reduce((parent, step) => parent[step] as Container, copy as Container);
    holder[path.at(-1) as PropertyKey] = value;
  }
  return copy;
}

type Container = Record<PropertyKey, unknown>;

function problemsIn(schema: z.ZodType, issue: z.core.$ZodIssue): ArgumentProblem[] {
  const { path, message, input } = issue;
  if (issue.code !== 'unrecognized_keys') return [{ path, says: message, given: input }];
  const known = membersAt(schema, path);
  return issue.keys.slice(0, MAX_PROBLEMS).map((key) => ({
    path: [...path, key],
    says: `${NO_SUCH_ARGUMENT}${suggestion(key, known)}`,
    given: undefined,
  }));
}

/** One sentence for each problem; for an ARN, with the id or name in it, and otherwise with the tool that lists valid values. */
export function explainProblems(
  { deps }: Lookup,
  problems: readonly ArgumentProblem[],
  operationName?: OperationName,
): string[] {
  return problems.map(({ path, says, given }) => {
    const member = operationName && schemaAt(operationNamed(operationName).input(), path);
    const instead = member && insteadOf(member);
    if (instead !== undefined) return `${pathText(path)}: ${instead}`;
    const hint = EXPECTATION.test(says) ? hintFor(deps, String(path.at(-1)), given, operationName) : undefined;
    const sentence = `${pathText(path)}: ${says}${/[.?]$/.test(says) ? '' : '.'}`;
    return hint === undefined ? sentence : `${sentence} ${hint}`;
  });
}

const EXPECTATION = /^(?:expects|required)/;

function hintFor(deps: Lookup['deps'], label: string, given: unknown, operationName?: OperationName) {
  const arn = typeof given === 'string' && given.startsWith('arn:') ? given : '';
  const id = arnParts(arn)?.[0]?.id;
  if (label === 'environmentId' && id !== undefined) return `This is an ARN; the id in it is ${quoteUntrusted(id)}.`;
  if (label.endsWith('Name') && arn !== '')
    return `This is an ARN; the name in it is ${quoteUntrusted(arn.split('/').at(-1) ?? '')}.`;
  return whereListed(deps, label, operationName);
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'arguments';
  const dotted = path.map(String).join('.');
  return /^[\w.]{1,120}$/.test(dotted) ? dotted : quoteUntrusted(dotted);
}

/** The argument that was probably meant, or a list of all. */
const suggestion = (word: string, known: readonly string[]) =>
  known.length === 0 ? '' : didYouMean(word, known, { otherwise: `; known: ${known.join(', ')}` });

function membersAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const found = unwrapped(schemaAt(schema, path));
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType {
  let found: z.ZodType = schema;
  for (const step of path) {
    found = unwrapped(found);
    if (found instanceof z.ZodArray) found = found.element as z.ZodType;
    else if (found instanceof z.ZodObject)
      found = (found.shape as Record<string, z.ZodType>)[String(step)] ?? z.never();
  }
  return found;
}

const unwrapped = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional ? unwrapped(schema.unwrap() as z.ZodType) : schema;
