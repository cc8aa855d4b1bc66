import type { WireRequest } from '../operations/exchange.ts';
import { findRoute, splitTarget } from './routing.ts';
import { signatureFieldsOf } from './signature.ts';

/** One request to a port, for logs: no query, headers or bodies. */
export interface ServedRequest {
  readonly method: string;
  readonly path: string;
  /** The operation, if its path has one. */
  readonly operation?: string | undefined;
  /** The access key that the request names, whether or not its signature is valid. */
  readonly accessKey?: string | undefined;
  /** Absent if a fault broke the connection. */
  readonly status?: number | undefined;
  readonly ms: number;
}

const MAX_PATH_LENGTH = 500;

/** The part of a log line about the request. */
export function servedRequest(request: Pick<WireRequest, 'method' | 'target' | 'headers'>) {
  const { method, target } = request;
  const [path] = splitTarget(target);
  const credential = signatureFieldsOf({ ...request, body: new Uint8Array() })?.credential;
  return {
    method,
    path: path.slice(0, MAX_PATH_LENGTH),
    operation: operationAt(method, path),
    accessKey: /^\w{1,128}(?=\/)/.exec(credential ?? '')?.[0],
  };
}

function operationAt(method: string, path: string): string | undefined {
  try {
    return findRoute(method, path).name;
  } catch {
    return undefined;
  }
}
