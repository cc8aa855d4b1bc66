import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { heading, launchBrowser, NO_BROWSER, serve, submitFromOtherOrigin } from '../approval/chromium.ts';
import { codeIn, openWaitingDeletion } from './people.ts';
import { closeAll, closing } from './support.ts';

afterEach(closeAll);

describe.skipIf(NO_BROWSER !== '')(`the page of a server in Chromium ${NO_BROWSER}`, { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  async function opened(options: Parameters<typeof openWaitingDeletion>[0] = {}) {
    const at = await openWaitingDeletion(options);
    const context = closing(await browser.newContext({ javaScriptEnabled: false }));
    const asked: string[] = [];
    context.on('request', (request) => asked.push(request.url()));
    const { origin } = new URL(at.server.url);
    const tab = await context.newPage();
    await tab.goto(`${origin}/approvals/${at.code}`);
    return { ...at, context, tab, origin, asked };
  }
  const signIn = async (tab: Page, token: string) => {
    await tab.getByLabel('Your token').fill(token);
    await tab.getByRole('button', { name: 'Sign in' }).click();
  };
  const approve = async (tab: Page, name = 'trades') => {
    await tab.getByLabel('To approve, type ').fill(name);
    await tab.getByRole('button', { name: 'Approve deletion' }).click();
  };

  it('signs a person in, approves, and shows the outcome again on reload', async () => {
    const { tab, ann, remove, exists, asked, origin } = await opened();
    expect(await heading(tab)).toBe('Sign in to approve');
    await signIn(tab, ann);
    expect(await heading(tab)).toMatch(/^Delete database trades in /);
    await approve(tab);
    expect(await heading(tab)).toBe('Approved');
    await tab.reload();
    expect(await heading(tab)).toBe('Approved');
    expect((await remove()).isError).toBeUndefined();
    expect(await exists()).toBe(false);
    expect(asked.filter((url) => !url.startsWith(origin) || url.includes(ann))).toEqual([]);
  });

  it('lets a person try another token, and shows nothing before', async () => {
    const { tab, ann } = await opened();
    await signIn(tab, `${ann}x`);
    expect(await tab.getByRole('alert').textContent()).toContain('not valid here');
    expect(await tab.getByLabel('Your token').inputValue()).toBe('');
    expect(await tab.content()).not.toContain('trades');
    await signIn(tab, ann);
    expect(await heading(tab)).toMatch(/^Delete database trades in /);
  });

  it('closes the plan permanently after the third wrong name', async () => {
    const { tab, ann, remove } = await opened();
    await signIn(tab, ann);
    for (let slips = 0; slips < 3; slips += 1) await approve(tab, 'trade');
    expect(await heading(tab)).toBe('Wrong name');
    await tab.goto(tab.url());
    expect(await heading(tab)).not.toMatch(/^Delete database/);
    expect((await remove()).isError).toBe(true);
  });

  it('says that the plan expired', async () => {
    let now = Date.now();
    const { tab, ann, code, remove } = await opened({ now: () => now });
    now += 10 * 60_000;
    await signIn(tab, ann);
    now += 6 * 60_000;
    await approve(tab);
    expect(await heading(tab)).toBe('This plan has expired');
    expect(codeIn(await remove())).not.toBe(code);
  });

  it('counts a form once, even if it is sent again or from a second tab', async () => {
    const { tab, context, ann, remove } = await opened();
    await signIn(tab, ann);
    const second = await context.newPage();
    await second.goto(tab.url());
    await approve(tab);
    expect(await heading(tab)).toBe('Approved');
    await approve(second);
    expect(await heading(second)).toBe('You already approved this');
    expect((await remove()).isError).toBeUndefined();
    expect((await remove()).isError).toBe(true);
  });

  it('does not let a person approve their own request', async () => {
    const { tab, origin, both, remove } = await opened();
    const code = codeIn(await remove(both));
    await signIn(tab, both);
    await tab.goto(`${origin}/approvals/${code}`);
    expect(await tab.getByText('You made this request').isVisible()).toBe(true);
    expect(await tab.getByRole('button', { name: 'Approve deletion' }).count()).toBe(0);
  });

  it('keeps a person signed in who returns by a link on another site', async () => {
    const { tab, ann, code, origin } = await opened();
    await signIn(tab, ann);
    const chat = await serve(`<a href="${origin}/approvals/${code}">the plan</a>`);
    await tab.goto(chat.replace('127.0.0.1', 'localhost'));
    await tab.getByRole('link').click();
    await tab.getByRole('heading', { name: 'Delete database' }).waitFor();
  });

  it('accepts no form from another origin, and cannot be framed', async () => {
    const { tab, ann, context, remove } = await opened();
    await signIn(tab, ann);
    const token = await tab.locator('input[name=token]').inputValue();
    const target = tab.url();
    const fields = { token, act: 'approve', name: 'trades' };
    const { frames, answer } = await submitFromOtherOrigin(context, target, fields);
    expect(frames).not.toContain(target);
    expect(answer).toBe('Request from another page rejected');
    expect((await remove()).isError).toBe(true);
  });

  it('leads from a token that may not approve back to the sign-in form', async () => {
    const { tab, agent, ann, code } = await opened();
    await signIn(tab, agent);
    expect(await heading(tab)).toBe('This token cannot approve');
    await tab.getByRole('link', { name: 'Sign in' }).click();
    expect(tab.url()).toContain(code);
    await signIn(tab, ann);
    expect(await heading(tab)).toMatch(/^Delete database trades in /);
  });

  it('lets a person sign out', async () => {
    const { tab, ann, origin } = await opened();
    await signIn(tab, ann);
    await tab.getByRole('button', { name: 'Sign out' }).click();
    expect(await heading(tab)).toBe('Signed out');
    await tab.goto(`${origin}/approvals/`);
    expect(await heading(tab)).toBe('Sign in to approve');
  });
});
