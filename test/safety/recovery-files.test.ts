import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/safety/plan.ts';
import { fileKits, kitsWithin } from '../../src/safety/recovery.ts';
import type { TeardownPlan } from '../../src/safety/teardown.ts';
import { type Embedded, openEmbedded } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { approved, asked, openGuard } from './support/guard.ts';

let backend: Embedded;
let builder: EnvironmentBuilder;
let folder: string;
beforeEach(async () => {
  backend = await openEmbedded();
  builder = await openBuilder(backend.call);
  folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-kits-'));
});
afterEach(async () => {
  await backend.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Deletes the user ann with approval, for which a kit is kept first. */
async function deleteAnn({ environmentId }: EnvironmentBuilder, kits: ReturnType<typeof fileKits>): Promise<void> {
  const beforeCall = (plan: Plan | TeardownPlan) => kits.keep(plan);
  const guard = await openGuard({ call: backend.call, clock: backend.clock, beforeCall });
  const call = { tool: 'delete_kx_user', arguments: { environmentId, userName: 'ann' } };
  expect((await approved(guard, call, 'ann')).kind).toBe('done');
  await guard.close();
}

describe('recovery kits in files', () => {
  const kits = () => fileKits(join(folder, 'recovery'), backend.call, backend.clock.now);

  it('are readable by this user only, under the listed names only', async () => {
    expect(await kits().list()).toEqual([]);
    await builder.user('ann');
    await deleteAnn(builder, kits());
    const [file = ''] = readdirSync(join(folder, 'recovery'));
    expect(statSync(join(folder, 'recovery', file)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'recovery')).mode & 0o777).toBe(0o700);
    const [id = ''] = await kits().list();
    expect(file).toBe(`${id}.json`);
    expect(JSON.parse((await kits().read(id)) ?? '')).toMatchObject({ deleted: { tool: 'delete_kx_user' } });
    for (const other of ['', '../recovery', `../recovery/${id}`, `${id}.json`, `./${id}`])
      expect(await kits().read(other)).toBeUndefined();
  });

  it('block a call if they cannot be written', async () => {
    await builder.user('ann');
    const blocked = fileKits(join(folder, 'recovery', '\0'), backend.call, backend.clock.now);
    const beforeCall = (plan: Plan | TeardownPlan) => blocked.keep(plan);
    const guard = await openGuard({ call: backend.call, clock: backend.clock, beforeCall });
    const user = { environmentId: builder.environmentId, userName: 'ann' };
    const attempt = { tool: 'delete_kx_user', arguments: user };
    await asked(guard, attempt);
    expect(await approved(guard, attempt, 'ann')).toMatchObject({
      kind: 'refused',
      text: expect.stringContaining('The recovery kit could not be written'),
    });
    await backend.call('GetKxUser', user);
    await guard.close();
  });

  it('of other environments than the allowed ones are neither listed nor read', async () => {
    const other = await openBuilder(backend.call, 'other');
    for (const each of [builder, other]) {
      await each.user('ann');
      await deleteAnn(each, kits());
    }
    const all = await kits().list();
    const within = kitsWithin(kits(), [other.environmentId]);
    const listed = await within.list();
    expect(all).toHaveLength(2);
    expect(listed).toHaveLength(1);
    expect(await within.read(listed[0] ?? '')).toContain(other.environmentId);
    const [hidden = ''] = all.filter((id) => !listed.includes(id));
    expect(await kits().read(hidden)).toContain(builder.environmentId);
    expect(await within.read(hidden)).toBeUndefined();
  });
});
