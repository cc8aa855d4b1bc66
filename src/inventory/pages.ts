import { bytesOf } from '../answer-size.ts';
import { listMember } from '../operations/derive.ts';
import { FinspaceError } from '../operations/failure.ts';
import {
  type Call,
  type CallOptions,
  callNamed,
  type Input,
  type OperationName,
  operationNamed,
} from '../operations/index.ts';
import type { Members } from '../operations/operation.ts';
import { visible } from '../untrusted.ts';

/** A list read page by page. `complete` is false if it has more items that are needed. */
export interface PagedItems {
  readonly items: Members[];
  readonly complete: boolean;
}

/** The items of a paged list operation: all, or those up to the page with which there are `maxItems`, or `isEnough` holds. */
export async function listPages<N extends OperationName>(
  call: Call,
  name: N,
  input: Input<N>,
  maxItems: number,
  options: CallOptions = {},
  isEnough: (items: readonly Members[]) => boolean = () => false,
): Promise<PagedItems> {
  const member = listMember(operationNamed(name));
  if (member === null) throw new Error(`${name} is not a paged list`);
  const items: Members[] = [];
  let used = 0;
  for await (const page of pages(name, input, (request) => callNamed(call, name, request, options))) {
    const found = (page[member] ?? []) as Members[];
    items.push(...found);
    // An empty page counts, too, so that a list of empty pages ends.
    used += Math.max(1, found.length);
    const complete = page['nextToken'] === undefined || isEnough(items);
    if (complete || used >= maxItems) return { items, complete };
  }
  return { items, complete: true };
}

/** Above every published quota on the number of entities in one environment. */
export const MAX_ITEMS = 10_000;

/** All items of a list. Rejects rather than leave out any. */
export async function wholeList(call: Call, name: OperationName, input: object): Promise<Members[]> {
  const { items, complete } = await listPages(call, name, input as never, MAX_ITEMS);
  if (!complete) throw endless(name, `does not end after ${MAX_ITEMS.toLocaleString('en')} items`);
  return items;
}

/** The pages of a list, each read when it is needed. Throws if a token leads back to an earlier page. */
async function* pages(
  name: OperationName,
  input: object,
  read: (request: Members) => Promise<Members>,
): AsyncGenerator<Members, void> {
  const tokens = new Set<unknown>();
  for (let request: Members = { ...input }; ; ) {
    const page = await read(request);
    yield page;
    const { nextToken } = page;
    if (nextToken === undefined) return;
    if (tokens.has(nextToken)) throw endless(name, 'does not end: a page has the nextToken of an earlier page');
    tokens.add(nextToken);
    request = { ...input, nextToken };
  }
}

const endless = (operation: OperationName, why: string) =>
  new FinspaceError({
    operation,
    code: 'BadResponse',
    detail: `The list ${why}.`,
    retryable: false,
    advice: 'Have a person check the endpoint.',
  });

/**
 * One page of a list, in a limited number of bytes of JSON. If the endpoint returns more, a page of fewer items is requested, whose
 * token continues after them. A single item may be larger, and so may a page if the endpoint ignores `maxResults`.
 */
export async function pageWithin<N extends OperationName>(
  call: Call,
  name: N,
  input: Input<N>,
  maxBytes: number,
  options: CallOptions = {},
): Promise<Members> {
  const member = listMember(operationNamed(name)) as string;
  let request: Members = input;
  for (;;) {
    const page = await callNamed(call, name, request, options);
    const items = (page[member] ?? []) as Members[];
    const size = bytesOf(visible(page).json);
    if (size <= maxBytes || items.length <= 1) return page;
    const fewer = Math.floor((items.length * maxBytes) / size) || 1;
    if (Number(request['maxResults']) <= fewer) return page;
    request = { ...request, maxResults: fewer };
  }
}

/** The first items of a list, in a limited number of bytes of JSON but at least one item, with the token that continues after them. */
export async function listPagesWithin<N extends OperationName>(
  call: Call,
  name: N,
  input: Input<N>,
  maxBytes: number,
  options: CallOptions = {},
): Promise<{ readonly items: Members[]; readonly nextToken: unknown }> {
  const member = listMember(operationNamed(name)) as string;
  const items: Members[] = [];
  let bytesLeft = maxBytes;
  /** Continues after the items. */
  let nextToken: unknown;
  const read = (request: Members) => pageWithin(call, name, request as Input<N>, bytesLeft, options);
  for await (const page of pages(name, input, read)) {
    const found = (page[member] ?? []) as Members[];
    bytesLeft -= bytesOf(visible(found).json);
    if (bytesLeft < 0 && items.length > 0) break;
    items.push(...found);
    nextToken = page['nextToken'];
    if (bytesLeft <= maxBytes / 10) break;
  }
  return { items, nextToken };
}
