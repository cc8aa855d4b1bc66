import type { FleetToolName } from '../../src/tools/fleet/index.ts';

/** Names in the world of the tests. */
interface Names {
  readonly environment: string;
  readonly other: string;
  /** A cluster of the environment. */
  readonly cluster: string;
}

interface Example {
  /** Arguments that the tool accepts; for all environments, if it supports that. */
  readonly input: (names: Names) => Record<string, unknown>;
  /** What its answer contains instead of `readAt`, if it does not report when its reads began. */
  readonly insteadOfReadAt?: string;
}

/** An example of every tool for whole environments, so that the tests of all of them cover each. */
export const EXAMPLES: Readonly<Record<FleetToolName, Example>> = {
  describe_kx_environment: { input: ({ environment }) => ({ environment }) },
  find_kx_entities: { input: () => ({ kinds: ['cluster', 'volume', 'user'] }) },
  find_kx_problems: { input: () => ({}) },
  what_depends_on: { input: ({ environment, cluster: name }) => ({ environment, name }) },
  compare_kx_environments: { input: ({ environment: a, other: b }) => ({ a, b }) },
  check_kx_quotas: { input: () => ({}) },
  wait_for_kx_entity: {
    input: ({ environment, cluster: name }) => ({ environment, kind: 'cluster', name }),
    insteadOfReadAt: 'waitedSeconds',
  },
};

export const FLEET_TOOL_NAMES = Object.keys(EXAMPLES) as FleetToolName[];
