import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { localPage } from '../../src/approval-page/index.ts';
import { initApprover } from '../../src/safety/approver.ts';
import type { ShownPlan } from '../../src/safety/ledger.ts';
import { listen } from '../../src/transports/http/listener.ts';
import { heading, launchBrowser, NO_BROWSER, submitFromOtherOrigin } from './chromium.ts';
import { OPEN_MS, PASSPHRASE } from './support.ts';
import { pageIn } from './visitor.ts';

describe.skipIf(NO_BROWSER !== '')(`the approval page in Chromium ${NO_BROWSER}`, { timeout: 60_000 }, () => {
  const keys = mkdtempSync(join(tmpdir(), 'finspace-mcp-approval-'));
  let browser: Browser;
  beforeAll(async () => {
    await initApprover(keys, PASSPHRASE);
    browser = await launchBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(keys, { recursive: true, force: true });
  });

  /** A plan on a served page, and a tab of a fresh browser profile, without scripts, that shows it. */
  async function opened(
    options: { clock?: { now: number }; viewport?: { width: number; height: number }; shown?: Partial<ShownPlan> } = {},
  ) {
    const { approvals, ledger, ask, now } = await pageIn({
      keys,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
    const pending = await ask(options.shown);
    let handle = async (_: Request) => new Response();
    const listener = await listen((request) => handle(request), { host: '127.0.0.1', port: 0 });
    onTestFinished(() => listener.close());
    const origin = `http://127.0.0.1:${listener.port}`;
    const command = (args: string) => `finspace-mcp approve ${args}`;
    const firstCode = pending.code;
    const page = localPage({ approvals, now, origins: [origin], firstCode, command, onerror: console.error });
    handle = page.handle;
    const context = await browser.newContext({ javaScriptEnabled: false, viewport: options.viewport ?? null });
    onTestFinished(() => context.close());
    const asked: string[] = [];
    context.on('request', (request) => asked.push(request.url()));
    const complaints: string[] = [];
    context.on('console', (message) => complaints.push(message.text()));
    const tab = await context.newPage();
    await tab.goto(`${origin}${page.link}`);
    await tab.waitForURL(`**/${pending.code}`);
    const granted = () => ledger.approvedFor(pending.callDigest);
    return {
      tab,
      context,
      origin,
      link: `${origin}${page.link}`,
      pending,
      ledger,
      granted,
      asked,
      complaints,
    };
  }

  const approve = async (tab: Page, { passphrase = PASSPHRASE, name = 'trades' } = {}) => {
    await tab.getByLabel('Your passphrase').fill(passphrase);
    await tab.getByLabel('To approve, type ').fill(name);
    await tab.getByRole('button', { name: 'Approve deletion' }).click();
  };

  it('approves without a script and sends requests to no other origin', async () => {
    const { tab, origin, granted, asked, complaints } = await opened();
    expect(await heading(tab)).toMatch(/^Delete database trades in /);
    expect(
      await tab.getByRole('img', { name: 'database trades: 1 lost for good with it, 1 interrupted' }).isVisible(),
    ).toBe(true);
    await approve(tab);
    expect(await heading(tab)).toBe('Approved');
    expect((await granted())?.approval.signature).toBeDefined();
    expect(asked.filter((url) => !url.startsWith(origin))).toEqual([]);
    expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([]);
  });

  it('approves on Enter, and does not submit an incomplete form', async () => {
    const { tab, granted } = await opened();
    await tab.getByLabel('Your passphrase').fill(PASSPHRASE);
    await tab.getByRole('button', { name: 'Approve deletion' }).click();
    expect(await heading(tab)).toMatch(/^Delete database trades in /);
    expect(await granted()).toBeUndefined();
    await tab.getByLabel('To approve, type ').fill('trades');
    await tab.keyboard.press('Enter');
    await tab.getByRole('heading', { name: 'Approved' }).waitFor();
  });

  it('declines with an empty form', async () => {
    const { tab, ledger } = await opened();
    await tab.getByRole('button', { name: 'Decline' }).click();
    expect(await heading(tab)).toBe('Declined');
    expect(await ledger.list()).toEqual([]);
    await tab.getByRole('link', { name: 'See other open plans' }).click();
    expect(await heading(tab)).toBe('Nothing to approve');
  });

  it('closes the plan on the third wrong name', async () => {
    const { tab, granted } = await opened();
    for (let slips = 0; slips < 3; slips += 1) await approve(tab, { name: 'trade' });
    expect(await heading(tab)).toBe('Wrong name');
    await tab.goto(tab.url());
    expect(await heading(tab)).not.toMatch(/^Delete database/);
    expect(await granted()).toBeUndefined();
  });

  it('lets a person try another passphrase', async () => {
    const { tab, granted } = await opened();
    await approve(tab, { passphrase: 'wrong' });
    expect(await tab.getByRole('alert').textContent()).toContain('Wrong passphrase');
    expect(await tab.getByLabel('Your passphrase').inputValue()).toBe('');
    expect(await granted()).toBeUndefined();
    await approve(tab);
    expect(await heading(tab)).toBe('Approved');
  });

  it('says that the plan expired', async () => {
    const clock = { now: Date.now() };
    const { tab, granted } = await opened({ clock });
    clock.now += OPEN_MS;
    await approve(tab);
    expect(await heading(tab)).toBe('This plan has expired');
    expect(await granted()).toBeUndefined();
  });

  it('counts a form once, after a reload, going back, or in a second tab', async () => {
    const { tab, context, ledger, pending } = await opened();
    const second = await context.newPage();
    await second.goto(tab.url());
    await approve(tab);
    expect(await heading(tab)).toBe('Approved');
    expect(await ledger.consume(pending.nonce)).toBe(true);
    await tab.reload();
    expect(await heading(tab)).toBe('Approved');
    await approve(second);
    expect(await heading(second)).toBe('You already approved this');
    expect(await ledger.consume(pending.nonce)).toBe(false);
  });

  it('opens its link once, in one browser', async () => {
    const { link, context } = await opened();
    const elsewhere: BrowserContext = await browser.newContext();
    onTestFinished(() => elsewhere.close());
    const stranger = await elsewhere.newPage();
    await stranger.goto(link);
    expect(await heading(stranger)).toBe('This link has already been used');
    const same = await context.newPage();
    await same.goto(link);
    await same.getByRole('heading', { name: 'Delete database' }).waitFor();
  });

  it('accepts no form from another origin, and cannot be framed', async () => {
    const { tab, context, pending, granted } = await opened();
    const token = await tab.locator('input[name=token]').inputValue();
    const target = tab.url();
    const fields = { token, act: 'approve', passphrase: PASSPHRASE, name: 'trades' };
    const { frames, answer } = await submitFromOtherOrigin(context, target, fields);
    expect(frames).not.toContain(target);
    expect(answer).toBe('Request from another page rejected');
    expect(await granted()).toBeUndefined();
    expect(pending.code).toMatch(/^\w{5}$/);
  });

  const MANY = ['cluster', 'dataview', 'volume', 'database', 'scaling group', 'user'].flatMap((kind) =>
    Array.from({ length: 6 }, (_, at) => ({ kind, name: `${kind}-${at}`, detail: 'RUNNING' })),
  );

  it.each([
    [1280, 800],
    [700, 900],
  ])('shows the form without scrolling for 37 entities, on a screen of %i by %i', async (width, height) => {
    const lost = [...MANY, { kind: 'kdb environment', name: 'prod' }];
    const { tab } = await opened({ viewport: { width, height }, shown: { lost, interrupted: [], inOrder: true } });
    const { y = height } = (await tab.getByRole('button', { name: 'Approve deletion' }).boundingBox()) ?? {};
    expect(y).toBeLessThan(height - 40);
    expect(await tab.getByRole('listitem').first().isVisible()).toBe(false);
    await tab.getByText('In this order (37)').click();
    expect(await tab.getByRole('listitem').filter({ hasText: 'kdb environment' }).isVisible()).toBe(true);
  });

  it('keeps the form visible on a wide screen while a person scrolls', async () => {
    const { tab } = await opened({
      viewport: { width: 1280, height: 600 },
      shown: { lost: MANY, interrupted: [], inOrder: true },
    });
    await tab.getByText('In this order (36)').click();
    await tab.getByText('Full text of the plan').scrollIntoViewIfNeeded();
    const { y = -1 } = (await tab.getByRole('button', { name: 'Approve deletion' }).boundingBox()) ?? {};
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(560);
  });

  it.each([
    'W'.repeat(64),
    '\u2e3b'.repeat(30),
    '\u65e5\u672c\u8a9e'.repeat(20),
    '\u{12031}'.repeat(20),
    'x'.repeat(64),
  ])('draws %s within its box', async (name) => {
    const items = ['a', 'b', 'c'].map((detail) => ({ kind: name, name, detail: `${detail} ${name}` }));
    for (const inOrder of [{}, { inOrder: true as const }]) {
      const { tab } = await opened({ shown: { name, noun: name, lost: items, interrupted: items, ...inOrder } });
      const outside = await tab.locator('figure > svg').evaluate((picture) => {
        const boxes = [...picture.querySelectorAll('rect')].map((rect) => rect.getBBox());
        return [...picture.querySelectorAll('svg')]
          .map(({ x, width }) => [x.baseVal.value, x.baseVal.value + width.baseVal.value] as const)
          .filter(([left, right]) => !boxes.some((box) => left >= box.x && right <= box.x + box.width)).length;
      });
      expect(outside).toBe(0);
    }
  });

  it('fits a phone screen, in light and dark mode', async () => {
    const { tab } = await opened({ viewport: { width: 360, height: 720 } });
    for (const colorScheme of ['light', 'dark'] as const) {
      await tab.emulateMedia({ colorScheme });
      const widest = await tab
        .locator('main *')
        .evaluateAll((all) => Math.max(...all.map((one) => one.getBoundingClientRect().right)));
      expect(widest).toBeLessThanOrEqual(360);
    }
  });
});
