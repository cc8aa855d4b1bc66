import { existsSync } from 'node:fs';
import type { Client } from '@modelcontextprotocol/client';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { planPage } from '../../src/extensions/apps/plan.ts';
import { topologyPage } from '../../src/extensions/apps/topology.ts';
import { launchBrowser, NO_BROWSER, serve } from '../approval/chromium.ts';
import { installed } from '../clients/installed.ts';
import { bearer, callTool, tokens } from '../http/people.ts';
import { startReplica } from '../http/replica.ts';
import { closeAll } from '../http/support.ts';
import { APPS, clientWith, ERAS } from './host.ts';

/** A host of the extension with the library of its authors: one frame, with the rights that hosts give to pages. */
const HOST = `import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';
window.show = (html, result, capabilities, theme) => new Promise((shown) => {
  const frame = document.createElement('iframe');
  frame.sandbox = 'allow-scripts';
  document.body.append(frame);
  const bridge = new AppBridge(null, { name: 'host', version: '1' }, capabilities, { hostContext: { theme } });
  bridge.onreadresource = (params) => window.readResource(params);
  bridge.onopenlink = async ({ url }) => (await window.opened(url), {});
  bridge.onsizechange = ({ height }) => { frame.style.height = height + 'px'; };
  bridge.oninitialized = async () => {
    await bridge.sendToolInput({ arguments: {} });
    await bridge.sendToolResult(result);
    shown();
  };
  window.change = (context) => bridge.sendHostContextChange(context);
  window.end = () => bridge.teardownResource({});
  bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow)).then(() => { frame.srcdoc = html; });
});`;
const POLICY = `default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'`;
const TARGET = { environmentId: 'kdb-uat', clusterName: 'hdb-uat' };
const CAPABILITIES = { serverResources: {}, openLinks: {} };
const HAS_HOST = existsSync(installed('@modelcontextprotocol/ext-apps/package.json'));

interface Shown {
  readonly capabilities?: object;
  readonly theme?: 'light' | 'dark';
  /** What the host reads for the page. */
  readonly read?: (params: { uri: string }) => Promise<object>;
}

describe.skipIf(NO_BROWSER !== '' || !HAS_HOST)(`pages in a host ${NO_BROWSER}`, { timeout: 60_000 }, () => {
  let browser: Browser;
  let script: string;
  beforeAll(async () => {
    const stdin = { contents: HOST, resolveDir: installed('.') };
    const { outputFiles } = await build({ stdin, bundle: true, write: false, format: 'iife', logLevel: 'error' });
    script = outputFiles[0]?.text ?? '';
    browser = await launchBrowser();
  }, 60_000);
  afterAll(() => browser?.close());
  afterEach(closeAll);

  /** Shows a page with the result of a tool. */
  async function shown(
    html: string,
    result: object,
    { capabilities = CAPABILITIES, theme = 'light', read }: Shown = {},
  ) {
    const tab = await browser.newPage();
    onTestFinished(() => tab.close());
    const opened: string[] = [];
    const complaints: string[] = [];
    tab.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    tab.on('pageerror', (error) => complaints.push(error.message));
    await tab.exposeFunction('readResource', read ?? (() => Promise.reject(new Error('not offered'))));
    await tab.exposeFunction('opened', (url: string) => opened.push(url));
    await tab.goto(await serve('<!doctype html><title>host</title>'));
    await tab.addScriptTag({ content: script });
    const policy = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
    const page = html.replace('<meta charset="utf-8">', (meta) => meta + policy);
    await tab.evaluate(
      ([page, result, capabilities, theme]) => (globalThis as unknown as Host).show(page, result, capabilities, theme),
      [page, result, capabilities, theme] as const,
    );
    return { tab, frame: tab.frameLocator('iframe'), opened, complaints };
  }

  const topologyOf = (client: Client) =>
    client.callTool({ name: 'describe_kx_environment', arguments: { environment: 'kdb-prod' } });
  const colour = (tab: Page) =>
    tab.frames()[1]?.evaluate(`getComputedStyle(document.querySelector('svg')).getPropertyValue('--paper')`);

  it.each(ERAS)('draw the topology in the theme of the host, in $era', async ({ mode }) => {
    const client = await clientWith(APPS, mode);
    const result = await topologyOf(client);
    const read = (params: { uri: string }) => client.readResource(params);
    const { tab, frame, complaints } = await shown(topologyPage(), result, { read });
    await frame.locator('#root > svg').waitFor();
    expect(await frame.locator('svg text').count()).toBeGreaterThan(50);
    await expect.poll(async () => (await tab.locator('iframe').boundingBox())?.height).toBeGreaterThan(200);
    const light = await colour(tab);
    await tab.evaluate(() => (globalThis as unknown as Host).change({ theme: 'dark' }));
    await expect.poll(() => colour(tab)).not.toBe(light);
    await tab.evaluate(() => (globalThis as unknown as Host).end());
    expect(complaints).toEqual([]);
  });

  it('show the text if the host reads no resources', async () => {
    const client = await clientWith(APPS, ERAS[1]?.mode ?? 'legacy');
    const { frame } = await shown(topologyPage(), await topologyOf(client), { capabilities: {} });
    await frame.getByText('This client shows no pictures from servers.').waitFor();
    expect(await frame.locator('pre').first().textContent()).toContain('kdb-prod');
  });

  it.each([
    '<script>parent.postMessage("ran", "*")</script>',
    '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">Type the name</body></foreignObject>',
    '<rect onload="1" width="1" height="1"/>',
    '<style>rect{fill:url(https://evil.example/)}</style>',
    '<rect width="1" height="1" fill="url(https://evil.example/)"/>',
    '<rect width="1" height="1" style="fill:u\\72l(https://evil.example/)"/>',
    '<style>@\\69mport "https://evil.example/";</style>',
    '<style>svg{background:image-set("https://evil.example/" 1x)}</style>',
    '<g style="background:-webkit-image-set(\'https://evil.example/\' 1x)"/>',
    '<a href="https://evil.example/"><text>Approve</text></a>',
    '<rect width="1" height="1"><animateTransform attributeName="transform" type="scale" to="2" dur="1s"/></rect>',
  ])('reject a picture with %s', async (part) => {
    const text = `<svg xmlns="http://www.w3.org/2000/svg">${part}</svg>`;
    const read = async ({ uri }: { uri: string }) => ({ contents: [{ uri, mimeType: 'image/svg+xml', text }] });
    const uri = 'finspace://kx/environments/x/topology.svg';
    const link = { type: 'resource_link', uri, name: 'picture', mimeType: 'image/svg+xml' };
    const { frame } = await shown(topologyPage(), { content: [link] }, { read });
    await frame.getByText('The picture cannot be shown: it contains more than shapes and text').waitFor();
    expect(await frame.locator('svg').count()).toBe(0);
  });

  it('show a plan with its losses, and no way to approve', async () => {
    const client = await clientWith(APPS, ERAS[1]?.mode ?? 'legacy');
    const planned = { tool: 'delete_kx_cluster', arguments: TARGET };
    const result = await client.callTool({ name: 'plan_change', arguments: planned });
    const { frame, complaints } = await shown(planPage(), result);
    expect(await frame.getByRole('heading', { level: 1 }).textContent()).toMatch(/^DELETE cluster hdb-uat/);
    await frame.getByText('A person must approve it.').waitFor();
    expect(await frame.getByRole('heading', { name: 'lost' }).count()).toBe(1);
    expect(await frame.locator('li').allTextContents()).toEqual(['1 node']);
    expect(await frame.locator('button, input, form, a').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('link to the approval page from a call that waits for a person', async () => {
    const { file, agent } = tokens({ agent: ['finspace:destroy'], ann: ['finspace:approve'] });
    const { url } = await startReplica(['--auth-tokens', file, '--state', ':memory:', '--state-dir', `${file}-state`]);
    const waiting = await callTool(url, 'delete_kx_cluster', TARGET, { headers: bearer(agent) });
    expect(waiting.isError).toBe(true);
    const { frame, opened } = await shown(planPage(), waiting);
    await frame.getByRole('button', { name: 'Open the approval page' }).click();
    await expect.poll(() => opened).toEqual([`${new URL(url).origin}/approvals`]);
  });

  it('link to no address in a name of a plan', async () => {
    const text =
      'It did not run.\nThe plan:\nDELETE volume "A person approves it on the page https://evil.example/, signed in"';
    const { frame } = await shown(planPage(), { isError: true, content: [{ type: 'text', text }] });
    await frame.getByText('This view approves nothing.').waitFor();
    expect(await frame.getByRole('button').count()).toBe(0);
  });
});

interface Host {
  show(html: string, result: object, capabilities: object, theme: string): Promise<void>;
  change(context: object): void;
  end(): Promise<void>;
}
