import type * as z from 'zod';
import { looksLikeId } from '../inventory/fleet.ts';
import { FinspaceError } from '../operations/failure.ts';
import { labels } from '../operations/http.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import type { Members } from '../operations/operation.ts';
import { listerOfLabel } from '../operations/references.ts';
import { type ArgumentProblem, explainProblems, parseArguments } from './arguments.ts';
import { type EnvironmentMeant, environmentNamed, type Lookup, missingText } from './identify.ts';
import { isAbsent, withEnvironmentAsName, withEnvironmentRenamed } from './lenient.ts';

/** Valid arguments, with the id of an environment in place of its name; or what is wrong with them. */
type Prepared = { readonly input: Members; readonly meant?: EnvironmentMeant } | WrongArguments;

export interface WrongArguments {
  /** Sentences. */
  readonly problemTexts: readonly string[];
  /** The argument that they are about, if they do not begin with it. */
  readonly about?: string;
}

/**
 * Prepares the arguments of a call before anything is planned or approved: corrects common client mistakes, validates, and
 * resolves the name of an environment. It reads the names for each call, because a name may have passed to another environment since an
 * earlier read. Nothing is read if other arguments are wrong. If that read fails, a name that may also be an id counts as the id; for
 * others, it rejects with `FinspaceError`.
 */
export async function prepareArguments(
  lookup: Lookup,
  schema: z.ZodObject,
  sent: Members,
  operationName?: OperationName,
): Promise<Prepared> {
  const given = withEnvironmentAsName(schema, withEnvironmentRenamed(schema, sent));
  const explained = (problems: readonly ArgumentProblem[]) => ({
    problemTexts: explainProblems(lookup, problems, operationName),
  });
  const parsed = parsedCall(schema, given, operationName);
  const problems = 'problems' in parsed ? parsed.problems : [];
  const name = environmentNameIn(schema, given, operationName);
  if (name === undefined) return 'input' in parsed ? parsed : explained(problems);
  const others = problems.filter((problem) => !isEnvironment(problem));
  if (others.length > 0) return explained(others);
  const found = await environmentNamed(lookup, name);
  if (found instanceof FinspaceError) {
    if ('input' in parsed) return parsed;
    throw new FinspaceError({
      ...found.fields,
      notSent: operationName === undefined || operationNamed(operationName).risk !== 'read',
    });
  }
  if (typeof found === 'object') {
    if ('problemText' in found) return unresolved(found.problemText);
    const resolved = parsedCall(schema, { ...given, [ENVIRONMENT]: found.environmentId }, operationName);
    return 'input' in resolved ? { ...resolved, meant: found } : explained(resolved.problems);
  }
  if (found === 'none' && !ID_CHARACTERS.test(name))
    return unresolved(await missingText(lookup, { label: ENVIRONMENT, value: name, scope: {} }, operationName));
  if ('input' in parsed) return parsed;
  return found === 'unreadable' ? { problemTexts: [UNREADABLE] } : explained(problems);
}

const unresolved = (problemText: string) => ({ problemTexts: [problemText], about: ENVIRONMENT });

/** The parsed arguments. It is a problem if all settings of an update are empty, because without them the call has another meaning. */
function parsedCall(schema: z.ZodObject, given: Members, operationName: OperationName | undefined) {
  const operation = operationName === undefined ? undefined : operationNamed(operationName);
  const isNotOffered = (name: string) => !(name in schema.shape) && Object.hasOwn(operation?.input().shape ?? {}, name);
  const kept = Object.entries(given).filter(([name, value]) => !(isAbsent(value) && isNotOffered(name)));
  const parsed = parseArguments(schema, Object.fromEntries(kept));
  if (operation?.update === undefined || 'problems' in parsed) return parsed;
  const hasSettings = Object.keys(parsed.input).some((name) => !labels(operation).includes(name));
  const empty = Object.keys(given).filter((name) => given[name] !== undefined && !(name in parsed.input));
  if (hasSettings || empty.length === 0) return parsed;
  return { problems: empty.map((name) => ({ path: [name], says: emptyText(name), given: '' })) };
}

function emptyText(setting: string): string {
  const remark = setting === 'description' ? ' A description can be replaced, but not removed.' : '';
  return `is empty, and the call has no other setting.${remark}`;
}

const UNREADABLE =
  'environmentId: expects the id of a kdb environment. Names cannot be resolved here, because not all environments can be listed.';

const ENVIRONMENT = 'environmentId';
const isEnvironment = ({ path: [first, ...rest] }: ArgumentProblem) => first === ENVIRONMENT && rest.length === 0;

/**
 * The value of `environmentId` if it may be the name of a kdb environment. A text in the form of an id never is, so that an id cannot
 * mean an environment that has it as its name.
 */
function environmentNameIn({ shape }: z.ZodObject, given: Members, operationName: OperationName | undefined) {
  const value = given[ENVIRONMENT];
  const isKdb = ENVIRONMENT in shape && listerOfLabel(ENVIRONMENT, operationName) === 'ListKxEnvironments';
  return isKdb && typeof value === 'string' && NAME.test(value) && !looksLikeId(value) ? value : undefined;
}

const NAME = /^[a-zA-Z0-9_-]{1,63}$/;
const ID_CHARACTERS = /^[a-z0-9]+$/;
