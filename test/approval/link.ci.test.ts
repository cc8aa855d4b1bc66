import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addApprover, PASSPHRASE } from '../support/approver.ts';
import { CLI, FRESH_WORLD, type Session } from '../support/hosts.ts';
import { createEnvironment, did } from '../support/session-calls.ts';

/** A browser without scripts: opens the one-time link, finds the form of the plan, and sends it with these fields. */
async function approveOnPage(url: string, fields: Record<string, string>): Promise<string> {
  const opened = await fetch(url);
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
  const home = url.slice(0, url.indexOf('/open/') + 1);
  const [, code] = new RegExp(`${new URL(home).pathname}([A-Z0-9]{5})"`).exec(await opened.text()) ?? [];
  const planUrl = new URL(`${home}${code}`);
  const plan = await (await fetch(planUrl, { headers: { cookie } })).text();
  const hidden = Object.fromEntries(
    Array.from(plan.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g), ([, name, value]) => [name, value]),
  );
  const answer = await fetch(planUrl, {
    method: 'POST',
    headers: { cookie, origin: planUrl.origin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...hidden, ...fields, act: 'approve' } as Record<string, string>),
  });
  return answer.text();
}

describe.each([
  ['2025 era', 'legacy' as const],
  ['2026-07-28', { pin: '2026-07-28' }],
])('a link in the %s', (_, mode) => {
  let folder: string;
  let session: (Session & { close(): Promise<void> }) | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-link-'));
    await addApprover(folder);
  });
  afterEach(async () => {
    await session?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const connected = async (visit: (url: string) => Promise<unknown>) => {
    const client = new Client(
      { name: 'linking', version: '1' },
      { capabilities: { elicitation: { url: {} } }, versionNegotiation: { mode } },
    );
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      await visit((params as { url: string }).url);
      return { action: 'accept' };
    });
    const args = [CLI, '--state-dir', folder, '--world', 'empty', ...FRESH_WORLD.slice(2)];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' }));
    session = client as unknown as Session;
    const { environmentId } = await createEnvironment(session);
    await did(session, 'create_kx_database', { environmentId, databaseName: 'trades' });
    return { session, target: { environmentId, databaseName: 'trades' } };
  };

  it('leads to the page, and the call runs after the person approves there', async () => {
    let said = '';
    const { session, target } = await connected(async (url) => {
      said = await approveOnPage(url, { passphrase: PASSPHRASE, name: 'trades' });
    });
    await did(session, 'delete_kx_database', target);
    expect(said).not.toBe('');
    expect((await session.callTool({ name: 'get_kx_database', arguments: target })).isError).toBe(true);
  });

  it('grants nothing when it is opened, or with a wrong passphrase', async () => {
    const { session, target } = await connected((url) =>
      approveOnPage(url, { passphrase: 'not the passphrase', name: 'trades' }),
    );
    const call = session.callTool({ name: 'delete_kx_database', arguments: target });
    const result = await call;
    expect(result.isError).toBe(true);
    expect(result.content[0]?.text).toContain('did not run');
    await did(session, 'get_kx_database', target);
  }, 40_000);
});
