import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { localPage } from '../src/approval-page/index.ts';
import { finspaceCall } from '../src/finspace/call.ts';
import { environmentGraph } from '../src/inventory/graph.ts';
import { environmentSvg } from '../src/inventory/svg/picture.ts';
import { openLocalService } from '../src/local/index.ts';
import { passphraseApprovals } from '../src/safety/approval-actions.ts';
import { approverKey, initApprover } from '../src/safety/approver.ts';
import { passphraseAttempts } from '../src/safety/passphrase-attempts.ts';
import { sqlLedger } from '../src/safety/sql-ledger.ts';
import { openState } from '../src/safety/state.ts';
import { listen } from '../src/transports/http/listener.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The picture at the top of the README. */
export const DEMO_PICTURE = at('docs/demo-world.svg');
const NOW = Date.parse('2026-03-17T09:00:00Z');
const LIMITS = { connectMs: 2_000, attemptMs: 10_000, callMs: 30_000, maxResponseBytes: 16 * 1024 * 1024 };

/** The product's own picture of the demo world's kdb-prod at a fixed time. */
export async function demoPicture(): Promise<string> {
  const now = () => NOW;
  const local = await openLocalService({
    state: ':memory:',
    world: 'demo',
    lifecycle: 'realistic',
    region: 'us-east-1',
    now,
  });
  try {
    const call = finspaceCall({ region: 'us-east-1', service: local.service, limits: LIMITS, maxAttempts: 1 });
    const { environments = [] } = await call('ListKxEnvironments', {});
    const prod = environments.find(({ name }) => name === 'kdb-prod');
    return `${environmentSvg(await environmentGraph(call, prod?.environmentId ?? '', { now }))}\n`;
  } finally {
    await local.close();
  }
}

/** Makes the built server request approval to delete kdb-uat, and takes a screenshot of the page on which a person would approve it. */
async function photographApproval(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'finspace-mcp-picture-'));
  await initApprover(dir, 'a passphrase of this picture');
  const args = [at('dist/cli.js'), '--state-dir', dir, '--log-level', 'warn'];
  const agent = new Client({ name: 'agent', version: '1.0.0' }, { capabilities: {} });
  await agent.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' }));
  const { structuredContent } = await agent.callTool({ name: 'list_kx_environments', arguments: {} });
  const { environments } = structuredContent as { environments: { name: string; environmentId: string }[] };
  const environmentId = environments.find(({ name }) => name === 'kdb-uat')?.environmentId;
  await agent.callTool({ name: 'tear_down_kx_environment', arguments: { environmentId } });
  const state = await openState(join(dir, 'state.db'));
  const approvals = passphraseApprovals({
    dir,
    key: await approverKey(dir),
    ledger: sqlLedger(async () => state, { now: Date.now, openMs: 0 }),
    attempts: passphraseAttempts(async () => state, Date.now),
    now: Date.now,
    user: 'you',
    channel: 'page',
  });
  let handle = async (_: Request) => new Response();
  const listener = await listen((request) => handle(request), { host: '127.0.0.1', port: 0 });
  const origin = `http://127.0.0.1:${listener.port}`;
  const [pending] = await approvals.list();
  const page = localPage({
    approvals,
    now: Date.now,
    origins: [origin],
    firstCode: pending?.code,
    command: (args) => `finspace-mcp approve ${args}`,
    onerror: console.error,
  });
  handle = page.handle;
  const browser = await launchBrowser();
  const tab = await browser.newPage({ viewport: { width: 700, height: 900 }, deviceScaleFactor: 1.5 });
  await tab.goto(`${origin}${page.link}`);
  await tab.screenshot({ path: at('docs/approval-page.png'), fullPage: true });
  await browser.close();
  await listener.close();
  await state.close();
  await agent.close();
  rmSync(dir, { recursive: true, force: true });
}

/** Draws the icon for hosts that show no SVG. */
async function photographIcon(): Promise<void> {
  const browser = await launchBrowser();
  const tab = await browser.newPage({ viewport: { width: 256, height: 256 } });
  await tab.setContent(`<body style="margin:0">${readFileSync(at('docs/icon.svg'), 'utf8')}</body>`);
  await tab.screenshot({ path: at('docs/icon.png'), omitBackground: true });
  await browser.close();
}

async function launchBrowser() {
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(DEMO_PICTURE, await demoPicture());
  if (process.argv.includes('--icon')) await photographIcon();
  if (process.argv.includes('--page')) await photographApproval();
}
