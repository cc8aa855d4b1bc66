import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Why there is no browser to drive; empty if there is one. */
export const NO_BROWSER = CHROMIUM === undefined ? 'SKIPPED: no Chromium is installed (apt-get install chromium)' : '';
if (NO_BROWSER !== '') console.warn(`Nothing is tested in a browser. ${NO_BROWSER}`);

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM as string, args: ARGS });

export const heading = (tab: Page) => tab.getByRole('heading', { level: 1 }).textContent();

/** Serves a page on another port of this machine: the same site for cookies, another origin. */
export async function serve(markup: string): Promise<string> {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(markup));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** What happens if a page of another origin shows `target` in a frame and submits a completed form to it. */
export async function submitFromOtherOrigin(context: BrowserContext, target: string, fields: Record<string, string>) {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
  const evil = await serve(
    `<form method="post" action="${target}">${inputs.join('')}<button>Win</button></form><iframe src="${target}"></iframe>`,
  );
  const lure = await context.newPage();
  await lure.goto(evil);
  const frames = lure.frames().map((frame) => frame.url());
  await lure.getByRole('button', { name: 'Win' }).click();
  return { frames, answer: await heading(lure) };
}
