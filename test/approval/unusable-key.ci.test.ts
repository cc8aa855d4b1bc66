import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addApprover } from '../support/approver.ts';
import { CLI, FRESH_WORLD, type Session } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';

const CLIENTS: [string, object][] = [
  ['links', { elicitation: { url: {} } }],
  ['forms', { elicitation: { form: {} } }],
  ['neither', {}],
];

const DAMAGE: [string, (folder: string) => void, string][] = [
  ['a damaged public key', (folder) => writeFileSync(join(folder, 'public.pem'), 'nothing'), 'is damaged'],
  ['a folder that others can read', (folder) => chmodSync(folder, 0o755), 'chmod go-rwx'],
  [
    'an empty folder',
    (folder) => {
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    },
    'cannot be read',
  ],
];

describe.each(DAMAGE)('with %s of the approver', (_, damage, why) => {
  async function connected(capabilities: object, isDamagedFirst: boolean) {
    const dir = mkdtempSync(join(tmpdir(), 'finspace-mcp-key-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    await addApprover(dir);
    const folder = join(dir, 'approver');
    const args = [CLI, '--state-dir', dir, '--world', 'empty', ...FRESH_WORLD.slice(2)];
    const start = async () => {
      const client = new Client({ name: 'any', version: '1' }, { capabilities });
      await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
      onTestFinished(() => client.close());
      return client as unknown as Session;
    };
    if (isDamagedFirst) damage(folder);
    const session = await start();
    const { environmentId } = await createEnvironment(session);
    const target = { environmentId, databaseName: 'trades' };
    await did(session, 'create_kx_database', target);
    if (isDamagedFirst) return { session, folder, target };
    // The world is now pinned to the key.
    await session.close();
    damage(folder);
    return { session: await start(), folder, target };
  }

  it.each(
    CLIENTS.flatMap(([shown, capabilities]) => [
      [shown, 'a world without a key', capabilities, true] as const,
      [shown, 'a world of the key', capabilities, false] as const,
    ]),
  )(
    'a delete is refused with the reason, for a client that shows %s, in %s',
    async (_shown, _world, capabilities, isDamagedFirst) => {
      const { session, folder, target } = await connected(capabilities, isDamagedFirst);
      const text = await failedTo(session, 'delete_kx_database', target);
      expect(text).toContain('No call can be approved');
      expect(text).toContain(folder);
      expect(text).toContain(why);
      expect(text).toContain('Nothing was changed.');
      expect(text).toContain('approve --init');
      expect(text).toContain('restart this server');
      expect(text).not.toContain('in part');
      await did(session, 'get_kx_database', target);
    },
  );
});
