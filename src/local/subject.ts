import { lineage, NAMES } from '../kinds/names.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import type { World } from './context.ts';
import type { Subject } from './store.ts';

/** What a request concerns, which need not exist: the innermost entity that its input names, or the world. */
export function subjectOf(world: World, operation: OperationName, input: object): Subject {
  const members = input as Readonly<Record<string, unknown>>;
  const { resourceArn } = members;
  if (typeof resourceArn === 'string')
    return resourceArn.startsWith(`${world.arn}:`) ? { arn: resourceArn, isAlone: true } : { arn: world.arn };
  const { entity } = operationNamed(operation);
  let arn = world.arn;
  for (const kind of entity === 'tags' ? [] : lineage(entity)) {
    const { inArn, member } = NAMES[kind];
    const name = members[member];
    if (name === undefined) return { arn };
    arn += `${arn === world.arn ? ':' : '/'}${inArn}/${name}`;
  }
  return { arn, isAlone: true };
}
