import { bytesOf } from '../answer-size.ts';
import { listMember } from '../operations/derive.ts';
import {
  type Call,
  type CallOptions,
  callNamed,
  type Input,
  type OperationName,
  operationNamed,
} from '../operations/index.ts';
import { visible } from '../untrusted.ts';

type Members = Record<string, unknown>;

/** A list read page by page. `complete` is false when the budget ended before the list. */
export interface PagedItems {
  readonly items: Members[];
  readonly complete: boolean;
}

/** All items of a paged list operation, up to `budget` items, or up to the page after which `isEnough` holds. */
export async function listPages<N extends OperationName>(
  call: Call,
  name: N,
  input: Input<N>,
  budget: number,
  options: CallOptions = {},
  isEnough: (items: readonly Members[]) => boolean = () => false,
): Promise<PagedItems> {
  const list = listMember(operationNamed(name));
  if (list === null) throw new Error(`${name} is not a paged list`);
  const items: Members[] = [];
  let nextToken: unknown;
  let enough = false;
  do {
    const request = nextToken === undefined ? input : { ...input, nextToken };
    const page = await callNamed(call, name, request, options);
    items.push(...((page[list] ?? []) as Members[]));
    nextToken = page['nextToken'];
    enough = isEnough(items);
  } while (nextToken !== undefined && items.length < budget && !enough);
  return { items, complete: nextToken === undefined || enough };
}

/**
 * One page of a list, in a limited number of bytes of JSON. If the endpoint returns more, a page of fewer items is requested, whose
 * token continues after them. A single item may be larger.
 */
export async function pageWithin<N extends OperationName>(
  call: Call,
  name: N,
  input: Input<N>,
  maxBytes: number,
  options: CallOptions = {},
): Promise<Members> {
  const list = listMember(operationNamed(name)) as string;
  let request: Members = input;
  for (;;) {
    const page = await callNamed(call, name, request, options);
    const items = (page[list] ?? []) as Members[];
    const size = bytesOf(visible(page).json);
    if (size <= maxBytes || items.length <= 1) return page;
    const fewer = Math.floor((items.length * maxBytes) / size) || 1;
    if (Number(request['maxResults']) <= fewer) return page;
    request = { ...request, maxResults: fewer };
  }
}

/**
 * The first items of a list, in a limited number of bytes of JSON but at least one item, with the token that continues after them.
 */
export async function listPagesWithin<N extends OperationName>(
  call: Call,
  name: N,
  input: Input<N>,
  maxBytes: number,
  options: CallOptions = {},
): Promise<{ readonly items: Members[]; readonly nextToken: unknown }> {
  const list = listMember(operationNamed(name)) as string;
  const items: Members[] = [];
  let nextToken: unknown;
  let bytesLeft = maxBytes;
  do {
    const request = nextToken === undefined ? input : { ...input, nextToken };
    const page = await pageWithin(call, name, request as Input<N>, bytesLeft, options);
    const found = (page[list] ?? []) as Members[];
    bytesLeft -= bytesOf(visible(found).json);
    if (bytesLeft < 0 && items.length > 0) break;
    items.push(...found);
    nextToken = page['nextToken'];
  } while (nextToken !== undefined && bytesLeft > maxBytes / 10);
  return { items, nextToken };
}
