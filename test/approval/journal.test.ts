import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqlJournal } from '../../src/safety/journal.ts';
import { openState } from '../../src/safety/state.ts';
import { CLI } from '../support/hosts.ts';
import { stateDirectory } from './support.ts';

const journal = (dir: string, ...args: string[]) =>
  spawnSync(process.execPath, [CLI, 'journal', ...args, '--state-dir', dir], { encoding: 'utf8' });

async function kept(entries: number) {
  const dir = stateDirectory();
  const state = await openState(join(dir, 'state.db'));
  const written = sqlJournal(async () => state, Date.now);
  for (let at = 0; at < entries; at += 1) {
    const target = { databaseName: `d${at}\u202e` };
    await written.begin({
      operation: 'DeleteKxDatabase',
      backend: 'local',
      target,
      arguments: 'a',
      principal: 'local',
    });
  }
  return { dir, state, written };
}

describe('finspace-mcp journal', () => {
  it('prints one JSON line for each entry, with nothing in it that reorders text', async () => {
    const { dir, state, written } = await kept(3);
    const { stdout, status } = journal(dir, 'show');
    expect(status).toBe(0);
    expect(stdout).not.toContain('\u202e');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(await written.entries());
    expect(journal(dir).stdout).toBe(stdout);
    await state.close();
  });

  it('says that the chain holds, with the newest hash', async () => {
    const { dir, state, written } = await kept(2);
    const { head } = (await written.verify()) as { head: string };
    const { stdout, status } = journal(dir, 'verify');
    expect([stdout, status]).toEqual([`2 entries, all in order; the newest hash is ${head}\n`, 0]);
    await state.close();
  });

  it.each([
    ['changed', "UPDATE journal SET entry = replace(entry, 'd1', 'd9') WHERE sequence = 2"],
    ['taken out', 'DELETE FROM journal WHERE sequence = 2'],
  ])('names the first entry that was %s, and exits with 1', async (_, sql) => {
    const { dir, state } = await kept(3);
    await state.write((db) => db.prepare(sql).run());
    const { stdout, stderr, status } = journal(dir, 'verify');
    expect([stdout, stderr, status]).toEqual([
      '',
      'finspace-mcp: the journal was altered: entry 2 does not fit the one before it\n',
      1,
    ]);
    await state.close();
  });

  it('takes no other word', () => {
    const { stderr, status } = journal(stateDirectory(), 'erase');
    expect([stderr, status]).toEqual(['finspace-mcp: journal: expects show or verify, not "erase"\n', 2]);
  });
});
