import { route } from './http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from './index.ts';
import { once } from './operation.ts';

/** `delete_kx_cluster` for `DeleteKxCluster`. */
export function toolName(operation: OperationName): string {
  return words(operation).join('_').toLowerCase();
}

/** `Delete kdb cluster` for `DeleteKxCluster`. The environments that are not of kdb are those of the dataset browser. */
export function toolTitle(operation: OperationName): string {
  const title = words(operation)
    .join(' ')
    .replace('Kx ', 'kdb ')
    .replace(/(?<!kdb) (?=Environment)/, ' dataset browser ');
  return title.replace(/(?<= )[A-Z]/g, (letter) => letter.toLowerCase());
}

const words = (operation: string) => operation.match(/[A-Z][a-z0-9]*/g) ?? [operation];

const byTool = once(() => new Map(OPERATION_NAMES.map((name) => [toolName(name), name])));

/** The operation behind a tool name. */
export function operationOf(tool: string): OperationName | undefined {
  return byTool().get(tool);
}

/** The operation that lists what the last label of `name` should have named, for advice after a miss. */
export function listerOf(name: OperationName): OperationName | undefined {
  const { path } = route(operationNamed(name));
  const collection = path.slice(0, path.lastIndexOf('/{'));
  return OPERATION_NAMES.find((other) => operationNamed(other).http === `GET ${collection}`);
}

/** How an agent waits for something, as people call its kind, to be in a status: for advice. */
export const waitTool = (noun: string, status: string): string =>
  noun.startsWith('dataset')
    ? `repeat ${toolName('GetEnvironment')} until it is ${status}`
    : `wait_for_kx_entity (kind ${noun.replace('kdb ', '').replaceAll(' ', '-')}, until ${status})`;
