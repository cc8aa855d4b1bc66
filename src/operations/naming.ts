import type { OperationName } from './index.ts';
import { lazy } from './operation.ts';
import { operationOutlines } from './outline.ts';

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

const byTool = lazy(() => {
  const names = Object.keys(operationOutlines()) as OperationName[];
  return new Map(names.map((name) => [toolName(name), name]));
});

export function operationOf(tool: string): OperationName | undefined {
  return byTool().get(tool);
}

/** How an agent waits until an entity has a status, for advice. */
export const waitAdvice = (noun: string, status: string): string =>
  noun.startsWith('dataset')
    ? `repeat ${toolName('GetEnvironment')} until it is ${status}`
    : `wait_for_kx_entity (kind ${noun.replace('kdb ', '').replaceAll(' ', '-')}, until ${status})`;
