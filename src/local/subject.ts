import { lineage, NAMES } from '../kinds/names.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import type { World } from './context.ts';
import { arnByKey } from './entity-at.ts';
import type { Subject } from './store.ts';

/** What a request concerns, which need not exist: the innermost entity that its input names, or the world. */
export function subjectOf(world: World, operation: OperationName, input: object): Subject {
  const members = input as Readonly<Record<string, unknown>>;
  const { resourceArn } = members;
  if (typeof resourceArn === 'string')
    return resourceArn.startsWith(`${world.arn}:`) ? { arn: resourceArn, readsOnlySubject: true } : { arn: world.arn };
  const { kind: own } = operationNamed(operation);
  const kinds = own === 'tags' ? [] : lineage(own);
  const innermost = kinds.findLast((kind) => members[NAMES[kind].member] !== undefined);
  if (innermost === undefined) return { arn: world.arn };
  return { arn: arnByKey(world, innermost, input), readsOnlySubject: innermost === own };
}
