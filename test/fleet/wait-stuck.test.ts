import { expect, test, vi } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { NOW } from '../inventory/demo.ts';
import { caller, demoTools } from './demo-tools.ts';

const { world } = demoTools();
const LONG_AGO = '2026-03-14T06:00:00.000Z';

/** The demo world, in which what is in progress has been so for days. */
const stuck: Call = async (name, input, options) => {
  const reply = await world().call(name, input, options);
  const isOpen = (each: Record<string, unknown>) => /^(?:UPDATING|CREATING|PROVISIONING)$/.test(String(each['status']));
  const aged = { lastModifiedTimestamp: LONG_AGO, launchTime: LONG_AGO };
  return JSON.parse(
    JSON.stringify(reply, (_, value) =>
      typeof value === 'object' && value !== null && isOpen(value)
        ? { ...value, ...Object.fromEntries(Object.entries(aged).filter(([member]) => member in value)) }
        : value,
    ),
  );
};

test.each([
  ['cluster', 'gp-reference', 'UPDATING since 2026-03-14T06:00Z; counts as stuck after 60 min'],
  ['nodes', 'hdb-futures', 'PROVISIONING since 2026-03-14T06:00Z; counts as stuck after 30 min'],
])('a wait for %s %s says that it is stuck', async (kind, name, text) => {
  const wait = async (call: Call) => {
    setTimeout(() => vi.setSystemTime(NOW + 30_000), 300);
    const { data } = await caller(call)('wait_for_kx_entity', { environment: 'kdb-prod', kind, name });
    vi.setSystemTime(NOW);
    return data;
  };
  const again = expect.stringContaining('all again with the same arguments and this handle.');
  expect(await wait(stuck)).toMatchObject({
    reached: false,
    stuck: text,
    why: expect.stringContaining('Waiting longer will probably not help: find_kx_problems (problem: stuck) shows it.'),
    handle: expect.any(String),
  });
  const usual = await wait(world().call);
  expect(usual).toMatchObject({ reached: false, why: again });
  expect(usual['why']).not.toContain('Waiting longer');
  expect(usual['stuck']).toBeUndefined();
});
