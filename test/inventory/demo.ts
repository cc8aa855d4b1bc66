import { finspaceCall } from '../../src/finspace/call.ts';
import { environmentGraph } from '../../src/inventory/graph.ts';
import type { Graph, GraphOptions } from '../../src/inventory/graph-types.ts';
import { openLocalService } from '../../src/local/index.ts';
import type { Call } from '../../src/operations/index.ts';

const LIMITS = { connectMs: 2_000, attemptMs: 10_000, callMs: 30_000, maxResponseBytes: 16 * 1024 * 1024 };
/** Every test sees the demo world at the same time. */
export const NOW = Date.parse('2026-03-17T09:00:00Z');

export interface Demo {
  readonly call: Call;
  /** The calls made so far, by operation. */
  readonly counts: Map<string, number>;
  readonly id: (name: string) => Promise<string>;
  readonly graph: (name: string, options?: GraphOptions) => Promise<Graph>;
  readonly close: () => Promise<void>;
}

/** The demo world behind the real client. With `before`, each call can be made to fail first. */
export async function demo({
  lifecycle = 'realistic',
  now = () => NOW,
  before = async () => {},
}: {
  lifecycle?: 'realistic' | 'instant';
  now?: () => number;
  before?: (...args: Parameters<Call>) => Promise<void>;
} = {}): Promise<Demo> {
  const local = await openLocalService({ state: ':memory:', world: 'demo', lifecycle, region: 'us-east-1', now });
  const direct = finspaceCall({ region: 'us-east-1', service: local.service, limits: LIMITS, maxAttempts: 1 });
  const counts = new Map<string, number>();
  const call: Call = async (name, input, options) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    await before(name, input as never, options);
    return direct(name, input, options);
  };
  const id = async (name: string) => {
    const { environments = [] } = await direct('ListKxEnvironments', {});
    return environments.find((environment) => environment.name === name)?.environmentId ?? '';
  };
  return {
    call,
    counts,
    id,
    graph: async (name, options = {}) => environmentGraph(call, await id(name), { now, ...options }),
    close: local.close,
  };
}
