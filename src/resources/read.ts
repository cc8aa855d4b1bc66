import {
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
} from '@modelcontextprotocol/server';
import { walk } from '../inventory/pages.ts';
import { agentInput, listMember } from '../operations/derive.ts';
import { FinspaceError, wireName } from '../operations/failure.ts';
import { type Call, operationNamed } from '../operations/index.ts';
import { type Caller, type Restrictions, withheld } from '../safety/policy.ts';
import { plainJson } from '../safety/untrusted.ts';
import { type ResourceKind, resourceAt } from './catalog.ts';

/** A listing resource holds at most this many items and says so when there are more. */
const MOST_ITEMS = 2_000;

export interface ResourceEnvironment {
  readonly call: Call;
  readonly restrictions: Restrictions;
  readonly caller: Caller;
}

/** The contents of a resource, as JSON. Throws ResourceNotFoundError for what does not exist or is not offered. */
export async function readResource(
  { call, restrictions, caller }: ResourceEnvironment,
  uri: string,
  signal: AbortSignal,
): Promise<ReadResourceResult> {
  const found = resourceAt(uri);
  if (found === undefined || withheld(found.kind.operation, restrictions, caller) !== undefined)
    throw new ResourceNotFoundError(uri);
  const { kind, input } = found;
  const parsed = agentInput(operationNamed(kind.operation)).safeParse(input);
  if (!parsed.success) throw new ResourceNotFoundError(uri);
  try {
    const text = plainJson(await contents(call, kind, input, signal));
    return { contents: [{ uri, mimeType: 'application/json', text }] };
  } catch (error) {
    throw asProtocolError(uri, error);
  }
}

async function contents(call: Call, { operation }: ResourceKind, input: Record<string, string>, signal: AbortSignal) {
  const list = listMember(operationNamed(operation));
  if (list === null) return call(operation, input as never, { signal });
  const { items, complete } = await walk(call, operation, input as never, MOST_ITEMS, { signal });
  return { count: items.length, complete, [list]: items };
}

function asProtocolError(uri: string, error: unknown): unknown {
  if (!(error instanceof FinspaceError)) return error;
  const { code, operation, advice, requestId, detail } = error.fields;
  if (code === 'ResourceNotFound') return new ResourceNotFoundError(uri);
  return new ProtocolError(
    ProtocolErrorCode.InternalError,
    `${operation} failed with ${wireName(code)}: ${detail} ${advice}`,
    {
      operation,
      error: wireName(code),
      ...(requestId === undefined ? {} : { requestId }),
    },
  );
}
