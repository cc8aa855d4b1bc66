import { route } from './http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from './index.ts';
import { lazy } from './operation.ts';

/** `delete_kx_cluster` for `DeleteKxCluster`. */
export function toolName(operation: OperationName): string {
  return words(operation).join('_').toLowerCase();
}

/** `Delete kdb cluster` for `DeleteKxCluster`. Environments other than kdb environments are those of the dataset browser. */
export function toolTitle(operation: OperationName): string {
  const title = words(operation)
    .join(' ')
    .replace('Kx ', 'kdb ')
    .replace(/(?<!kdb) (?=Environment)/, ' dataset browser ');
  return title.replace(/(?<= )[A-Z]/g, (letter) => letter.toLowerCase());
}

const words = (operation: string) => operation.match(/[A-Z][a-z0-9]*/g) ?? [operation];

const byTool = lazy(() => new Map(OPERATION_NAMES.map((name) => [toolName(name), name])));

/** The operation behind a tool name. */
export function operationOf(tool: string): OperationName | undefined {
  return byTool().get(tool);
}

/** The operation that lists the values of the last label of `name`, for advice when an entity is missing. */
export function listerOf(name: OperationName): OperationName | undefined {
  const { path } = route(operationNamed(name));
  const collection = path.slice(0, path.lastIndexOf('/{'));
  return OPERATION_NAMES.find((other) => operationNamed(other).http === `GET ${collection}`);
}

/** How an agent waits until an entity has a status, for advice. */
export const waitTool = (noun: string, status: string): string =>
  noun.startsWith('dataset')
    ? `repeat ${toolName('GetEnvironment')} until it is ${status}`
    : `wait_for_kx_entity (kind ${noun.replace('kdb ', '').replaceAll(' ', '-')}, until ${status})`;
