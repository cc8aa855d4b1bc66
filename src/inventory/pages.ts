import { listMember } from '../operations/derive.ts';
import { type Call, type CallOptions, type Input, type OperationName, operationNamed } from '../operations/index.ts';

type Members = Record<string, unknown>;

/** A list walked page by page. `complete` is false when the budget ended before the list did. */
export interface Walked {
  readonly items: Members[];
  readonly complete: boolean;
}

/** All items of a paged list operation, up to `budget` items. */
export async function walk<N extends OperationName>(
  call: Call,
  name: N,
  input: Input<N>,
  budget: number,
  options: CallOptions = {},
): Promise<Walked> {
  const list = listMember(operationNamed(name));
  if (list === null) throw new Error(`${name} is not a paged list`);
  const items: Members[] = [];
  let nextToken: unknown;
  do {
    const request = nextToken === undefined ? input : { ...input, nextToken };
    const page = (await call(name, request as Input<N>, options)) as Members;
    items.push(...((page[list] ?? []) as Members[]));
    nextToken = page['nextToken'];
  } while (nextToken !== undefined && items.length < budget);
  return { items, complete: nextToken === undefined };
}
