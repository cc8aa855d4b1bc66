import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Why there is no browser to drive; empty where there is one. */
export const NO_BROWSER = CHROMIUM === undefined ? 'SKIPPED: no Chromium is installed (apt-get install chromium)' : '';
if (NO_BROWSER !== '') console.warn(`The approval page is not tested in a browser. ${NO_BROWSER}`);

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launched = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM as string, args: ARGS });
