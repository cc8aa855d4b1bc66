import type { WireRequest } from '../operations/exchange.ts';
import { parted, routed } from './routing.ts';
import { claimOf } from './signature.ts';

/** One request that was served over a port, as logs see it: no query, no headers, no bodies. */
export interface ServedRequest {
  readonly method: string;
  readonly path: string;
  /** The operation, where there is one of that path. */
  readonly operation?: string | undefined;
  /** The access key that the request names, whether or not its signature is valid. */
  readonly accessKey?: string | undefined;
  /** Missing where the connection was broken instead of a reply. */
  readonly status?: number | undefined;
  readonly ms: number;
}

const LONGEST_PATH = 500;

/** What a log says of a request, before its reply. */
export function servedRequest(request: Pick<WireRequest, 'method' | 'target' | 'headers'>) {
  const { method, target } = request;
  const [path] = parted(target);
  const scope = claimOf({ ...request, body: new Uint8Array() })?.scope;
  return {
    method,
    path: path.slice(0, LONGEST_PATH),
    operation: operationAt(method, path),
    accessKey: /^\w{1,128}(?=\/)/.exec(scope ?? '')?.[0],
  };
}

function operationAt(method: string, path: string): string | undefined {
  try {
    return routed(method, path).name;
  } catch {
    return undefined;
  }
}
