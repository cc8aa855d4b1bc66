import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bearer, callTool, openWaitingDeletion, person, tokens, wordsIn } from './people.ts';
import { closeAll, product } from './support.ts';

afterEach(closeAll);

const approve = { act: 'approve', name: 'trades' };
/** Another world, and the same ledger. */
const beside = (stateDir: string) => ({ stateDir, state: join(stateDir, 'beside.db') });

describe('the approval page of a server that shares its ledger and keys with another', () => {
  it('ignores plans and sign-ins of a server with other approvers', async () => {
    const sealKeys = join(tokens({}).folder, 'keys');
    writeFileSync(sealKeys, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    const here = await openWaitingDeletion({ kept: true, settings: { sealKeys } });
    const there = await openWaitingDeletion({ settings: { sealKeys, ...beside(here.folder) } });
    const shown = await there.someone.signIn(there.ann);
    expect([shown.text.includes(there.code), shown.text.includes(here.code)]).toEqual([true, false]);
    expect((await there.someone.get(`/approvals/${here.code}`)).status).toBe(410);
    expect((await here.someone.signIn(here.ann)).text).toContain(here.code);
    here.someone.take(there.someone.cookie());
    expect((await here.someone.get('/approvals/')).status).toBe(401);
    expect((await here.someone.signIn(here.ann, here.code)).text).toContain('trades');
    expect((await here.someone.decide(here.code, approve)).text).toContain('<h1>Approved</h1>');
    expect((await there.remove()).isError).toBe(true);
    expect((await here.remove()).isError).toBeUndefined();
  });

  it('does not count after a restart without seal keys, and the agent learns why it must be given again', async () => {
    const here = await openWaitingDeletion({ kept: true });
    await here.someone.signIn(here.ann, here.code);
    expect((await here.someone.decide(here.code, approve)).text).toContain('<h1>Approved</h1>');
    const places = { stateDir: here.folder, state: join(here.folder, 'world.db') };
    const restarted = await product({ authTokens: here.file, ...places });
    const again = await callTool(restarted.url, 'delete_kx_database', here.target, { headers: bearer(here.agent) });
    expect(again.isError).toBe(true);
    expect(wordsIn(again)).toContain(`The plan ${here.code} was approved, but that approval does not count:`);
    expect(await here.exists()).toBe(true);
  });

  it('shows plans and accepts sign-ins of a replica with the same approvers', async () => {
    const sealKeys = join(tokens({}).folder, 'keys');
    writeFileSync(sealKeys, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    const here = await openWaitingDeletion({ kept: true, settings: { sealKeys } });
    const replica = await product({ authTokens: here.file, sealKeys, ...beside(here.folder) });
    const someone = person(replica.url);
    await here.someone.signIn(here.ann);
    someone.take(here.someone.cookie());
    expect((await someone.decide(here.code, approve)).text).toContain('<h1>Approved</h1>');
    expect((await here.remove()).isError).toBeUndefined();
  });
});
