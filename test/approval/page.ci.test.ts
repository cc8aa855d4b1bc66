import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approverKey, initApprover, isApprovedBy } from '../../src/safety/approver.ts';
import { OPEN_MS, PASSPHRASE } from './support.ts';
import { openedPage, pageIn, visitor } from './visitor.ts';

const keys = mkdtempSync(join(tmpdir(), 'finspace-mcp-approval-'));
beforeAll(async () => void (await initApprover(keys, PASSPHRASE)));
afterAll(() => rmSync(keys, { recursive: true, force: true }));

const approve = { act: 'approve', passphrase: PASSPHRASE, name: 'trades' };

const opened = (options: Parameters<typeof openedPage>[0] = { keys }) => openedPage(options);

describe('the approval page', { timeout: 60_000 }, () => {
  it('lists the open plans, shows one with its facts first, and accepts passphrase and name', async () => {
    const { person, path, pending, granted, dir } = await opened();
    const list = await person.get(person.home);
    expect(list.status).toBe(200);
    expect(list.text).toContain('Delete database trades in kdb-prod (m5cn)');
    expect(list.text).toContain(`href="${path}"`);
    const plan = await person.get(path);
    const order = [
      '<h1>Delete database trades in kdb-prod (m5cn)</h1>',
      'Permanent loss: data trades (1.3 GB in 214 files, 7 changesets). + 1 more effect below',
      'Type trades to approve.',
      'This cannot be undone.',
      '111122223333',
      'us-east-1',
      'type="password"',
      'id="name"',
      'role="img"',
      'm5cnbg3l25pwsmzikb7kdj',
    ];
    expect(order.map((part) => plan.text.indexOf(part))).toEqual(
      [...order.map((part) => plan.text.indexOf(part))].sort((a, b) => a - b),
    );
    expect(order.every((part) => plan.text.includes(part))).toBe(true);
    const done = await person.send(path, approve, plan);
    expect(done.status).toBe(200);
    expect(done.text).toContain('<h1>Approved</h1>');
    const approval = (await granted())?.approval;
    expect(approval).toMatchObject({ channel: 'page', approver: 'ada' });
    expect(isApprovedBy(pending, approval as never, (await approverKey(dir)) as never)).toBe(true);
  });

  it('shows when the plan expires, with the time zone', async () => {
    const { person, path } = await opened();
    expect((await person.get(path)).text).toMatch(/Open until \d\d:\d\d [A-Z][\w+:-]*, for another 1[45] min\./);
  });

  it('shows who requests approval: the principal, or over stdio a client on this computer', async () => {
    const { page, ledger, ask } = await pageIn();
    const { nonce: _, ...own } = await ask();
    await ledger.open({ ...own, callDigest: 'of somebody else', principal: 'agent-7' });
    const person = visitor(page);
    await person.open();
    const { text } = await person.get(person.home);
    expect(text).toContain('a client on this computer');
    expect(text).toContain('agent-7');
  });

  it('says when no plan is open', async () => {
    const { page } = await pageIn();
    const person = visitor(page);
    await person.open();
    expect((await person.get(person.home)).text).toContain('Nothing to approve');
  });

  it('opens on the plan that the terminal named', async () => {
    const { page } = await pageIn({ first: 'K7M2Q' });
    const person = visitor(page);
    expect((await person.open()).text).toContain(`content="0;url=${person.home}K7M2Q"`);
  });

  it('declines without passphrase or name', async () => {
    const { person, path, granted } = await opened();
    expect((await person.send(path, { act: 'decline' })).text).toContain('<h1>Declined</h1>');
    expect((await person.send(path, approve)).status).toBe(409);
    expect(await granted()).toBeUndefined();
  });

  it('keeps the plan open after a wrong name', async () => {
    const { person, path, granted } = await opened();
    const slip = await person.send(path, { ...approve, name: 'trade' });
    expect([slip.status, slip.text]).toEqual([403, expect.stringContaining('does not match exactly')]);
    expect(await granted()).toBeUndefined();
    expect((await person.send(path, approve, slip)).text).toContain('<h1>Approved</h1>');
  });

  it('closes the plan permanently after the third wrong name', async () => {
    const { person, path, granted } = await opened();
    const plan = await person.get(path);
    for (const name of ['quotes', 'TRADES']) await person.send(path, { ...approve, name }, plan);
    const answer = await person.send(path, { ...approve, name: 'quotes' }, plan);
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('Wrong name')]);
    expect((await person.send(path, approve, plan)).status).toBe(409);
    expect(await granted()).toBeUndefined();
  });

  it('lets a person try another passphrase, and keeps the name that they typed', async () => {
    const { person, path, granted } = await opened();
    const wrong = await person.send(path, { ...approve, passphrase: 'wrong' });
    expect(wrong.status).toBe(403);
    expect(wrong.text).toContain('Wrong passphrase');
    expect(wrong.text).toContain('value="trades"');
    expect(wrong.text).not.toContain('wrong"');
    expect(await granted()).toBeUndefined();
    expect((await person.send(path, approve, wrong)).text).toContain('<h1>Approved</h1>');
  });

  it('locks after five wrong passphrases', async () => {
    const { person, path, granted, attempts } = await opened();
    for (let tries = 0; tries < 4; tries += 1) await attempts.take();
    expect((await person.send(path, { ...approve, passphrase: 'wrong' })).status).toBe(403);
    const locked = await person.send(path, approve);
    expect([locked.status, locked.text]).toEqual([429, expect.stringContaining('You can try again at')]);
    expect(await granted()).toBeUndefined();
  });

  it('reports that a plan expired while a person read it', async () => {
    const clock = { now: Date.UTC(2026, 10, 24) };
    const { person, path, granted } = await opened({ keys, clock });
    const plan = await person.get(path);
    clock.now += OPEN_MS;
    const answer = await person.send(path, approve, plan);
    expect([answer.status, answer.text]).toEqual([410, expect.stringContaining('This plan has expired')]);
    expect((await person.get(path)).status).toBe(410);
    expect(await granted()).toBeUndefined();
  });

  it('counts a form once, however often it is submitted', async () => {
    const { person, path, ledger, pending } = await opened();
    const plan = await person.get(path);
    await person.send(path, approve, plan);
    expect(await ledger.consume(pending.nonce)).toBe(true);
    const replayed = await person.send(path, approve, plan);
    expect([replayed.status, replayed.text]).toEqual([409, expect.stringContaining('You already approved this')]);
    expect(await ledger.consume(pending.nonce)).toBe(false);
  });

  it('shows the outcome in a second tab', async () => {
    const { person, path } = await opened();
    const [one, two, three] = [await person.get(path), await person.get(path), await person.get(path)];
    await person.send(path, { act: 'decline' }, one);
    expect((await person.send(path, approve, two)).text).toContain('You already declined this');
    expect((await person.send(path, { act: 'decline' }, three)).text).toContain('You already declined this');
    expect((await person.get(path)).text).toContain('<h1>Declined</h1>');
  });

  it('counts one of two forms that are submitted at the same time', async () => {
    const { person, path } = await opened({});
    const plan = await person.get(path);
    const both = await Promise.all([person.send(path, approve, plan), person.send(path, approve, plan)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('reports a decision that was made elsewhere', async () => {
    const { person, path, ledger, pending } = await opened();
    const plan = await person.get(path);
    await ledger.end(pending.nonce, 'declined');
    const answer = await person.send(path, approve, plan);
    expect([answer.status, answer.text]).toEqual([410, expect.stringContaining('This plan is not open')]);
    expect((await person.get(`${person.home}ZZZZZ`)).status).toBe(410);
  });

  it('does not call a plan expired that was approved and used elsewhere, even after its time', async () => {
    const clock = { now: Date.UTC(2026, 10, 24) };
    const { person, path, ledger, pending } = await opened({ keys, clock });
    const plan = await person.get(path);
    await ledger.consume(pending.nonce);
    clock.now += OPEN_MS;
    for (const answer of [await person.get(path), await person.send(path, approve, plan)])
      expect([answer.status, answer.text]).toEqual([410, expect.stringContaining('This plan is not open')]);
  });

  it('names the newer plan that replaced the one on the page', async () => {
    const { person, path, ledger, pending, granted } = await opened();
    const plan = await person.get(path);
    const { nonce: _, ...same } = pending;
    const { pending: newer } = await ledger.open({ ...same, callDigest: 'of what it is now' });
    const answer = await person.send(path, approve, plan);
    expect([answer.status, answer.text]).toEqual([410, expect.stringContaining('A newer plan replaced this one')]);
    expect(answer.text).toContain(newer.code);
    expect(await granted()).toBeUndefined();
  });

  it('rejects a form that shows something other than the ledger contains', async () => {
    const { person, path, state, granted } = await opened();
    const plan = await person.get(path);
    await state.write((db) => db.prepare("UPDATE questions SET binding = 'of production'").run());
    const answer = await person.send(path, approve, plan);
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('This form is out of date')]);
    expect(await granted()).toBeUndefined();
  });

  it('rejects a form without the token of its plan', async () => {
    const { person, path, ask, granted } = await opened();
    const other = await ask({ name: 'scratch' });
    const foreign = await person.get(`${person.home}${other.code}`);
    expect((await person.send(path, approve, foreign)).status).toBe(403);
    expect((await person.post(path, approve)).status).toBe(403);
    expect(await granted()).toBeUndefined();
  });

  it('states that an approval without a passphrase proves little', async () => {
    const { person, path, granted } = await opened({});
    const { text } = await person.get(path);
    expect(text).toContain('an approval here is weak proof');
    expect(text).not.toContain('type="password"');
    await person.send(path, { act: 'approve', name: 'trades' });
    expect((await granted())?.approval.signature).toBeUndefined();
  });

  it('hides internal errors, and reports them on the terminal', async () => {
    const { person, path, state, errors, granted } = await opened({});
    const found = await granted();
    await state.write((db) => db.prepare("UPDATE questions SET body = 'no JSON'").run());
    const answer = await person.get(path);
    expect([answer.status, answer.text]).toEqual([500, expect.not.stringContaining('JSON')]);
    expect([errors.length, found]).toEqual([1, undefined]);
  });
});
