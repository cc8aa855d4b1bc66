import { arnParts } from './arn.ts';
import { labelsIn, route } from './http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from './index.ts';
import { lazy, type Members } from './operation.ts';

/** An entity that an input names: one that must exist for the operation to run, or the one that a create makes. */
export interface Reference {
  /** The member that names it: `clusterName`. */
  readonly label: string;
  readonly value: string;
  /** The path label and its parents, as the read and the list of such entities need them. */
  readonly scope: Readonly<Record<string, string>>;
}

/** The entities that an input refers to: first those in the path, outermost first, then those in the body. */
export function referencesIn(name: OperationName, input: Members): { path: Reference[]; body: Reference[] } {
  const { path } = route(operationNamed(name));
  const created = createdLabel(name);
  const texts = textsOf(input);
  const arnLabels = labelsInArn(texts['resourceArn']);
  const pathLabels = labelsIn(path).flatMap((label) => (label === 'resourceArn' ? Object.keys(arnLabels) : label));
  const inPath = pathLabels.flatMap((label) => referenceTo(label, { ...arnLabels, ...texts }, name) ?? []);
  const inBody = labelsWithin(input, {}).flatMap(({ label, scope }) =>
    pathLabels.includes(label) || label === created ? [] : (referenceTo(label, scope, name) ?? []),
  );
  const distinct = new Map(inBody.map((reference) => [JSON.stringify(reference), reference]));
  return { path: inPath, body: [...distinct.values()] };
}

/** The entity that a create makes, as its input names it; undefined for other operations, and if the service chooses the id. */
export function createdReference(name: OperationName, input: Members): Reference | undefined {
  const label = createdLabel(name);
  return label === undefined ? undefined : referenceTo(label, textsOf(input), name);
}

/** The operation that shows the entity of a label; undefined if there is none, as for the nodes of a cluster. */
export const readerOfLabel = (label: string, operationName?: OperationName) => httpGetOf(pathTo(label, operationName));

/** The operation that lists the values of a label; an ARN is listed with its entity. */
export function listerOfLabel(member: string, operationName?: OperationName): OperationName | undefined {
  const label = member === 'userArn' ? 'userName' : member;
  return httpGetOf(pathTo(label, operationName)?.slice(0, -`/{${label}}`.length));
}

/** The operation that lists the values of the last label of `name`, for advice when an entity is missing. */
export function listerOf(name: OperationName): OperationName | undefined {
  const { path } = route(operationNamed(name));
  return httpGetOf(path.slice(0, path.lastIndexOf('/{')));
}

/** `scaling group` for `scalingGroupName`. The dataset browser has environments of its own, so the operation decides. */
export const nounOfLabel = (label: string, operationName?: OperationName) =>
  (label === 'environmentId' ? environmentNounOf(operationName) : label.replace(/(?:Name|Id)$/, ''))
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();

const environmentNounOf = (operationName: OperationName | undefined) =>
  operationName !== undefined && operationNamed(operationName).kind === 'environment'
    ? 'datasetBrowserEnvironment'
    : 'kdbEnvironment';

const byHttp = lazy(() => new Map(OPERATION_NAMES.map((name) => [operationNamed(name).http as string, name])));
const httpGetOf = (path: string | undefined) => (path === undefined ? undefined : byHttp().get(`GET ${path}`));
const paths = lazy(() => OPERATION_NAMES.map((name) => route(operationNamed(name)).path));

/** The path up to a label: that of the operation if it contains the label, otherwise the first that ends with it. */
function pathTo(label: string, operationName: OperationName | undefined): string | undefined {
  const step = `/{${label}}`;
  const operationPath = operationName === undefined ? '' : route(operationNamed(operationName)).path;
  if (operationPath.includes(step)) return operationPath.slice(0, operationPath.indexOf(step) + step.length);
  return paths().find((path) => path.endsWith(step));
}

/** The label of the entity that a create makes, such as `clusterName`; undefined for other operations. */
export function createdLabel(name: OperationName): string | undefined {
  const { method, path } = route(operationNamed(name));
  if (method !== 'POST') return undefined;
  const createdPath = paths().find(
    (other) => other.startsWith(`${path}/{`) && labelsIn(other.slice(path.length)).length === 1,
  );
  return createdPath === undefined ? undefined : labelsIn(createdPath).at(-1);
}

function referenceTo(label: string, texts: Readonly<Record<string, string>>, operationName: OperationName) {
  const path = pathTo(label, operationName);
  const value = texts[label];
  if (path === undefined || value === undefined) return undefined;
  const needed = labelsIn(path);
  if (needed.some((each) => texts[each] === undefined)) return undefined;
  return { label, value, scope: Object.fromEntries(needed.map((each) => [each, texts[each] as string])) };
}

/** Every label in an input, with the known values of its parents. */
function labelsWithin(
  value: unknown,
  outer: Readonly<Record<string, string>>,
): { label: string; scope: typeof outer }[] {
  if (Array.isArray(value)) return value.flatMap((each) => labelsWithin(each, outer));
  if (typeof value !== 'object' || value === null) return [];
  const own = textsOf(value as Members);
  const scope = { ...outer, ...own };
  return [
    ...Object.keys(own).map((label) => ({ label, scope })),
    ...Object.values(value).flatMap((each) => labelsWithin(each, scope)),
  ];
}

function textsOf(members: Members): Record<string, string> {
  const texts = Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  const { userName } = labelsInArn(texts['userArn']);
  return userName === undefined ? texts : { userName, ...texts };
}

/** The labels and values in an ARN of this API, from the environment inwards. */
function labelsInArn(arn: unknown): Record<string, string> {
  return Object.fromEntries(
    (arnParts(arn) ?? []).map(({ kind, id }) => {
      const noun = kind.replace(/^kx/, '').replace(/^[A-Z]/, (letter) => letter.toLowerCase());
      return [`${noun}${noun === 'environment' ? 'Id' : 'Name'}`, id];
    }),
  );
}
