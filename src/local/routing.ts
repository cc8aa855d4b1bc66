import { route as routeOf } from '../operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { ServiceError } from './service-error.ts';
import { WireError } from './wire-error.ts';

export interface FoundRoute {
  readonly name: OperationName;
  /** The input members in the path, decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The path and the query of a request URL. */
export function splitTarget(target: string): [path: string, query: string] {
  const index = target.indexOf('?');
  return index < 0 ? [target, ''] : [target.slice(0, index), target.slice(index + 1)];
}

/** The operation for a method and raw path; a label never contains a slash, but its value may contain encoded ones. */
export function findRoute(method: string, path: string): FoundRoute {
  const segments = path.split('/');
  const found = ROUTES.get(`${method} ${segments.length}`)?.find(({ words, members }) => {
    return (
      words.every(({ index, word }) => segments[index] === word) && members.every(({ index }) => segments[index] !== '')
    );
  });
  if (found === undefined) {
    throw new WireError(404, 'UnknownOperationException', `There is no operation ${method} ${path}`);
  }
  const labels: Record<string, string> = {};
  for (const { index, member } of found.members) labels[member] = decodeLabel(segments[index] ?? '');
  return { name: found.name, labels };
}

interface Route {
  readonly name: OperationName;
  /** The fixed segments of the path and its input members, by position. */
  readonly words: readonly { readonly index: number; readonly word: string }[];
  readonly members: readonly { readonly index: number; readonly member: string }[];
}

const isLabel = (segment: string) => segment.startsWith('{');

/** By method and number of segments. */
const ROUTES = new Map<string, Route[]>();
for (const name of OPERATION_NAMES) {
  const { method, path } = routeOf(operationNamed(name));
  const segments = path.split('/').map((word, index) => ({ index, word, member: word.slice(1, -1) }));
  const words = segments.filter(({ word }) => !isLabel(word));
  const members = segments.filter(({ word }) => isLabel(word));
  const key = `${method} ${segments.length}`;
  ROUTES.set(key, [...(ROUTES.get(key) ?? []), { name, words, members }]);
}

function decodeLabel(label: string): string {
  try {
    return decodeURIComponent(label);
  } catch {
    throw new ServiceError('Validation', `The path contains ${label}, which is not percent-encoded UTF-8`);
  }
}
