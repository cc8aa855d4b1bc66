import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { sqlJournal } from '../../src/safety/journal.ts';
import type { PendingApproval } from '../../src/safety/ledger.ts';
import { serverSignature } from '../../src/safety/server-signature.ts';
import { sqlLedger } from '../../src/safety/sql-ledger.ts';
import { openState } from '../../src/safety/state.ts';
import { stateSigners } from '../../src/safety/state-signer.ts';
import { bearer, callTool, codeIn, openWaitingDeletion, person, wordsIn } from './people.ts';
import { closeAll, closing, product } from './support.ts';

afterEach(closeAll);

const approve = { act: 'approve', name: 'trades' };

describe('the approval page of a server', () => {
  it("lets a person with a token approve another principal's request, and the call then runs once", async () => {
    const { server, someone, code, remove, exists, refusal, ann } = await openWaitingDeletion();
    const page = `http://127.0.0.1:${server.port}/approvals`;
    expect(wordsIn(refusal)).toContain(`${page},`);
    expect(refusal).toMatchObject({ _meta: { 'finspace-mcp/approval-page': page } });
    const before = await someone.get(`/approvals/${code}`);
    expect([before.status, before.text.includes('trades')]).toEqual([401, false]);
    const shown = await someone.signIn(ann, code);
    expect(shown.text).toContain('Delete database trades in ');
    expect(shown.text).toContain('token:agent');
    expect(shown.text).not.toContain('passphrase');
    expect(codeIn(await remove())).toBe(code);
    expect((await someone.decide(code, approve)).text).toContain('<h1>Approved</h1>');
    const [isThere, result, after] = [await exists(), await remove(), await exists()];
    expect([isThere, result.isError, after]).toEqual([true, undefined, false]);
  });

  it('does not reveal the paths of its program and files', async () => {
    const { refusal, folder } = await openWaitingDeletion({ kept: true });
    expect(wordsIn(refusal)).toContain('Or in a terminal on the machine of this server, with its settings');
    expect(wordsIn(refusal)).not.toContain(folder);
    expect(wordsIn(refusal)).not.toContain(process.cwd());
  });

  it('records in the journal who approved', async () => {
    const { code, someone, ann, remove, folder, server } = await openWaitingDeletion({ kept: true });
    await someone.signIn(ann);
    await someone.decide(code, approve);
    await remove();
    await server.close();
    const state = closing(await openState(join(folder, 'state.db')));
    const entries = await sqlJournal(async () => state, Date.now).entries();
    const approval = { plan: expect.stringMatching(/^[0-9a-f]{64}$/), channel: 'web', approver: 'token:ann' };
    expect(entries).toContainEqual(
      expect.objectContaining({ operation: 'DeleteKxDatabase', principal: 'token:agent', approval }),
    );
  });

  it('ignores an approval that was written into the state database', async () => {
    const { code, remove, folder } = await openWaitingDeletion({ kept: true });
    const state = closing(await openState(join(folder, 'state.db')));
    const ledger = sqlLedger(async () => state, { now: Date.now, openMs: 900_000 });
    const pending = (await ledger.list()).find((one) => one.code === code) as PendingApproval;
    const forged = { channel: 'web', approver: 'token:ann', at: Date.now() };
    const { signature } = serverSignature(stateSigners()('approval')).sign(pending, forged);
    expect(await ledger.approve(pending.nonce, { ...forged, signature })).toBe(true);
    expect((await remove()).isError).toBe(true);
  });

  it.each<[string, Record<string, string>, string]>([
    ['another name, three times', { act: 'approve', name: 'trade' }, 'Wrong name'],
    ['a decline', { act: 'decline', name: 'trades' }, 'Declined'],
  ])('closes the plan on %s', async (_, fields, title) => {
    const { code, someone, ann, remove, exists } = await openWaitingDeletion();
    await someone.signIn(ann);
    for (let slips = 0; fields['name'] !== 'trades' && slips < 2; slips += 1) await someone.decide(code, fields);
    expect((await someone.decide(code, fields)).text).toContain(`<h1>${title}</h1>`);
    expect((await someone.decide(code, approve)).text).not.toContain('<h1>Approved</h1>');
    expect(codeIn(await remove())).not.toBe(code);
    expect(await exists()).toBe(true);
  });

  it('lets people decline their own requests, but not approve them', async () => {
    const { someone, remove, both, exists, ann } = await openWaitingDeletion();
    const code = codeIn(await remove(both));
    const shown = await someone.signIn(both, code);
    expect(shown.text).toContain('You made this request');
    expect(shown.text).not.toContain('value="approve"');
    const forced = await someone.decide(code, approve);
    expect([forced.status, forced.text.includes('You made this request')]).toEqual([403, true]);
    expect((await remove(both)).isError).toBe(true);
    const other = person((await openWaitingDeletion()).server.url);
    expect((await other.signIn(ann)).text).toContain('not valid here');
    expect((await someone.decide(code, { act: 'decline' })).text).toContain('Declined');
    expect(await exists()).toBe(true);
  });

  it('approves only for the requesting principal', async () => {
    const { code, someone, ann, remove, both, exists } = await openWaitingDeletion();
    await someone.signIn(ann);
    await someone.decide(code, approve);
    const others = await remove(both);
    expect([others.isError, codeIn(others) === code]).toEqual([true, false]);
    expect(await exists()).toBe(true);
    expect((await remove()).isError).toBeUndefined();
  });

  it('counts a form once, from any tab', async () => {
    const { code, someone, ann, remove } = await openWaitingDeletion();
    const shown = await someone.signIn(ann, code);
    expect((await someone.decide(code, approve, shown)).text).toContain('<h1>Approved</h1>');
    expect((await someone.decide(code, approve, shown)).text).toContain('You already approved this');
    await remove();
    expect((await someone.decide(code, approve, shown)).text).toContain('You already approved this');
  });

  it('accepts nothing after the plan has expired, and ends expired sign-ins', async () => {
    let now = Date.now();
    const { code, someone, ann, ben, server, remove } = await openWaitingDeletion({ now: () => now });
    const shown = await someone.signIn(ann, code);
    now += 15 * 60_000 + 1;
    expect((await someone.decide(code, approve, shown)).text).not.toContain('Approved');
    expect((await someone.get(`/approvals/${code}`)).status).toBe(401);
    const other = person(server.url);
    expect((await other.signIn(ben, code)).text).toContain('This plan has expired');
    expect((await remove()).isError).toBe(true);
  });
});

describe('signing in', () => {
  it('accepts a token that may approve, and stores it nowhere', async () => {
    const { someone, ann, server } = await openWaitingDeletion();
    const answer = await someone.submit('/approvals/sign-in', { 'approver-token': ann, to: '' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/approvals/');
    const cookie = answer.headers.get('set-cookie') as string;
    expect(cookie).toMatch(/^finspace_mcp_approver=[\w.-]+; Path=\/approvals; HttpOnly; SameSite=Strict; Max-Age=900$/);
    expect(Buffer.from(cookie.split(/[=.]/)[1] as string, 'base64url').toString()).not.toContain(ann);
    expect(server.port).toBeGreaterThan(0);
  });

  it('requires a token with finspace:approve', async () => {
    const { someone, agent, ann } = await openWaitingDeletion();
    expect(await someone.signIn(agent)).toMatchObject({
      status: 403,
      text: expect.stringContaining('finspace:approve'),
    });
    expect(await someone.signIn(`${ann}x`)).toMatchObject({
      status: 403,
      text: expect.stringContaining('not valid here'),
    });
    expect(await someone.signIn('')).toMatchObject({ status: 403 });
    expect(someone.cookie()).toBe('');
  });

  it('does not accept a token in the URL', async () => {
    const { someone, ann, code } = await openWaitingDeletion();
    for (const path of [`/approvals/?approver-token=${ann}`, `/approvals/${code}?access_token=${ann}`])
      expect((await someone.get(path)).status).toBe(401);
    expect((await someone.get(`/approvals/sign-in?approver-token=${ann}`)).status).toBe(401);
  });

  it('rejects more than ten wrong tokens from one address within ten minutes, in a form or a header, but never the right one', async () => {
    let now = Date.now();
    const { server, someone, ann } = await openWaitingDeletion({ now: () => now });
    for (let guess = 0; guess < 5; guess += 1) {
      expect((await someone.signIn(`${ann}${guess}`)).status).toBe(403);
      expect((await someone.get('/approvals/', bearer(`${ann}${guess}`))).status).toBe(403);
    }
    expect((await someone.get('/approvals/', bearer(`${ann}x`))).status).toBe(429);
    const refused = await someone.signIn(`${ann}x`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '600']);
    expect((await someone.signIn(ann)).status).toBe(200);
    now += 10 * 60_000;
    expect((await person(server.url).signIn(`${ann}x`)).status).toBe(403);
  });

  it('accepts the token that an authenticating proxy adds', async () => {
    const { someone, ann, agent, code, remove } = await openWaitingDeletion();
    expect((await someone.get(`/approvals/${code}`, bearer(agent))).status).toBe(403);
    expect((await someone.get(`/approvals/${code}`, bearer(`${ann}x`))).status).toBe(403);
    const shown = await someone.get(`/approvals/${code}`, bearer(ann));
    const done = await someone.decide(code, approve, shown, bearer(ann));
    expect([done.status, done.text.includes('Approved')]).toEqual([401, false]);
    expect((await remove()).isError).toBeUndefined();
  });

  it('prefers the token of a proxy to an old cookie', async () => {
    const { someone, ann, ben } = await openWaitingDeletion();
    expect((await someone.signIn(ann)).text).toContain('Signed in as token:ann');
    expect((await someone.get('/approvals/', bearer(ben))).text).toContain('Signed in as token:ben');
    expect((await someone.get('/approvals/', bearer(`${ben}x`))).status).toBe(403);
    expect((await someone.get('/approvals/')).text).toContain('Signed in as token:ann');
  });

  it('ends when the person signs out', async () => {
    const { someone, ann, code } = await openWaitingDeletion();
    await someone.signIn(ann);
    expect((await someone.submit('/approvals/sign-out', {})).text).toContain('Signed out');
    expect((await someone.get(`/approvals/${code}`)).status).toBe(401);
  });

  it('is valid only unchanged and for the server that sealed it', async () => {
    const [first, second] = [await openWaitingDeletion(), await openWaitingDeletion()];
    await first.someone.signIn(first.ann);
    const cookie = first.someone.cookie();
    const [name = '', value = ''] = cookie.split('=');
    const [payload = '', ...seal] = value.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const other = Buffer.from(JSON.stringify({ ...claims, principal: 'token:ben' })).toString('base64url');
    for (const [server, given] of [
      [second, cookie],
      [first, `${name}=${[other, ...seal].join('.')}`],
      [first, `${name}=${payload}`],
      [first, `${name}=`],
    ] as const) {
      const stranger = person(server.server.url);
      stranger.take(given);
      expect((await stranger.get('/approvals/')).status).toBe(401);
    }
  });

  it('sets a secure cookie behind a TLS proxy, and accepts forms only from there', async () => {
    const settings = { publicUrl: 'https://finspace.example/mine' };
    const { someone, ann, code, refusal } = await openWaitingDeletion({ settings });
    expect(wordsIn(refusal)).toContain('https://finspace.example/mine/approvals,');
    const fields = { 'approver-token': ann, to: code };
    expect((await someone.submit('/approvals/sign-in', fields)).status).toBe(303);
    const origin = 'https://finspace.example';
    const elsewhere = await someone.submit('/approvals/sign-in', fields, { origin });
    expect(elsewhere.status).toBe(403);
  });
});

describe('a visitor of the approval page of a server', () => {
  it.each<[string, Record<string, string>, number]>([
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['another port', { origin: 'http://127.0.0.1:1' }, 403],
    ['another name of this machine', { origin: 'http://localhost:1' }, 403],
    ['an opaque origin', { origin: 'null' }, 403],
    ['another site, by its metadata', { 'sec-fetch-site': 'cross-site' }, 403],
    ['another port, by its metadata', { 'sec-fetch-site': 'same-site' }, 403],
    ['a frame', { 'sec-fetch-dest': 'iframe' }, 403],
    ['a script', { 'sec-fetch-dest': 'empty' }, 403],
    ['JSON', { 'content-type': 'application/json' }, 415],
    ['text', { 'content-type': 'text/plain' }, 415],
  ])('cannot submit forms by way of %s', async (_, headers, status) => {
    const { someone, ann, code, remove } = await openWaitingDeletion();
    const shown = await someone.signIn(ann, code);
    expect((await someone.decide(code, approve, shown, headers)).status).toBe(status);
    expect((await remove()).isError).toBe(true);
  });

  it('cannot submit a form that was shown to another person, or for another plan', async () => {
    const { server, someone, ann, ben, code, remove } = await openWaitingDeletion();
    const shown = await someone.signIn(ann, code);
    const other = person(server.url);
    await other.signIn(ben);
    expect((await other.decide(code, approve, shown)).text).toContain('This form is out of date');
    expect((await someone.submit(`/approvals/${code}`, approve)).text).toContain('This form is out of date');
    expect((await remove()).isError).toBe(true);
  });

  it('finds no other pages', async () => {
    const { someone, ann } = await openWaitingDeletion();
    await someone.signIn(ann);
    expect((await someone.get('/approvals/ZZZZZ')).status).toBe(410);
    for (const path of ['/approvals/x/y', '/approvals/%2e%2e%2fmcp', '/approvals/sign-in'])
      expect((await someone.get(path)).status).toBe(404);
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await someone.request('/approvals/', { method })).status).toBe(405);
    const wrapped = await someone.get('/approvals/');
    expect(wrapped.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(wrapped.headers.get('cache-control')).toBe('no-store');
  });

  it('finds no page if the server requires no tokens', async () => {
    const open = await product();
    expect((await fetch(new URL('/approvals', open.url))).status).toBe(404);
  });
});

describe('forms in the client of a person with a token', () => {
  const answered = (requestState: string | undefined) => ({
    requestState,
    inputResponses: { approval: { action: 'accept', content: { name: 'trades' } } },
  });

  it('count as approval only with finspace:approve, for every principal', async () => {
    const { server, target, agent, both, exists } = await openWaitingDeletion();
    const remove = (token: string, more = {}) =>
      callTool(server.url, 'delete_kx_database', target, { headers: bearer(token), forms: true, more });
    expect((await remove(agent)).isError).toBe(true);
    const asked = await remove(both);
    expect(asked.resultType).toBe('input_required');
    expect(wordsIn(await remove(agent, answered(asked.requestState)))).toContain('finspace:approve');
    expect(await exists()).toBe(true);
    const more = answered(asked.requestState);
    const refused = await callTool(server.url, 'delete_kx_database', target, { headers: bearer(both), more });
    expect(wordsIn(refused)).toContain('did not declare support for forms');
    const ended = await remove(both, answered(asked.requestState));
    expect([ended.isError, await exists()]).toEqual([undefined, false]);
  });
});
