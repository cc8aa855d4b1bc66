import { route as routeOf } from '../operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../operations/index.ts';
import { DoorError } from './door-error.ts';
import { Refusal } from './refusal.ts';

export interface Routed {
  readonly name: OperationName;
  /** The input members in the path, decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The operation that a method and raw path are for; a label never contains a slash, encoded ones belong to its value. */
export function routed(method: string, path: string): Routed {
  const segments = path.split('/').slice(1);
  const found = ROUTES.find(
    (route) =>
      route.method === method &&
      route.segments.length === segments.length &&
      route.segments.every((segment, index) =>
        isLabel(segment) ? segments[index] !== '' : segment === segments[index],
      ),
  );
  if (found === undefined) {
    throw new DoorError(404, 'UnknownOperationException', `There is no operation ${method} ${path}`);
  }
  const labels = found.segments.flatMap((segment, index) =>
    isLabel(segment) ? [[segment.slice(1, -1), decoded(segments[index] ?? '')] as const] : [],
  );
  return { name: found.name, labels: Object.fromEntries(labels) };
}

const ROUTES = OPERATION_NAMES.map((name) => {
  const { method, path } = routeOf(operationNamed(name));
  return { name, method: method as string, segments: path.split('/').slice(1) };
});

const isLabel = (segment: string) => segment.startsWith('{');

function decoded(label: string): string {
  try {
    return decodeURIComponent(label);
  } catch {
    throw new Refusal('Validation', `The path contains ${label}, which is not percent-encoded UTF-8`);
  }
}
