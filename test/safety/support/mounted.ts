import { afterEach, beforeEach } from 'vitest';
import { type Embedded, type Members, openEmbedded } from './backend.ts';
import { type EnvironmentBuilder, openBuilder } from './call-environment-builder.ts';
import { type Guard, type GuardOptions, openGuard } from './guard.ts';

export const SHARED = { scalingGroupConfiguration: { scalingGroupName: 'hosts', memoryReservation: 6, nodeCount: 1 } };
export const VIEW = { databaseName: 'trades', dataviewName: 'view' };

/** A cluster on a scaling group that mounts a dataview with a volume. */
interface Mounted {
  backend: Embedded;
  builder: EnvironmentBuilder;
  environmentId: string;
}

/** Gives each test of a file such a cluster, and functions that call tools, each through a new server. */
export function mountedFixture() {
  const fixture = {} as Mounted;
  let guards: Guard[];
  beforeEach(async () => {
    guards = [];
    fixture.backend = await openEmbedded();
    fixture.builder = await openBuilder(fixture.backend.call);
    const { builder } = fixture;
    fixture.environmentId = builder.environmentId;
    await builder.database('trades');
    await builder.changeset('trades');
    await builder.volume('fast');
    await builder.group('hosts');
    await builder.dataview('view', { segmentConfigurations: [{ dbPaths: ['/*'], volumeName: 'fast' }] });
    await builder.cluster('viewing', { clusterType: 'HDB', ...SHARED, databases: [VIEW] });
  });
  afterEach(async () => {
    for (const guard of guards) await guard.close();
    await fixture.backend.close();
  });
  const attempt = async (tool: string, args: Members, options: Partial<GuardOptions> = {}) => {
    const { backend } = fixture;
    const guard = await openGuard({ call: backend.call, clock: backend.clock, ...options });
    guards.push(guard);
    return guard.attempt({ tool, arguments: args });
  };
  const here = (tool: string, args: Members, options?: Partial<GuardOptions>) =>
    attempt(tool, { environmentId: fixture.environmentId, ...args }, options);
  const plan = async (tool: string, args: Members, options?: Partial<GuardOptions>) => {
    const { environmentId } = fixture;
    const outcome = await attempt('plan_change', { tool, arguments: { environmentId, ...args } }, options);
    return outcome.kind === 'done' ? outcome.content : outcome;
  };
  return { fixture, attempt, here, plan };
}

export const textOf = (outcome: object) => ('text' in outcome ? String(outcome.text) : '');
