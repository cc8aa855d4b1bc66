import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { journalTable } from '../../src/commands/journal-table.ts';
import { type Entry, sqlJournal } from '../../src/safety/journal.ts';
import { openState } from '../../src/safety/state.ts';
import { CLI } from '../support/hosts.ts';
import { NO_PTY, openTerminal } from './pty.ts';
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
  it('prints one JSON line for each entry, without characters that reorder text', async () => {
    const { dir, state, written } = await kept(3);
    const { stdout, status } = journal(dir, 'show');
    expect(status).toBe(0);
    expect(stdout).not.toContain('\u202e');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(await written.entries());
    expect(journal(dir).stdout).toBe(stdout);
    await state.close();
  });

  it('prints a table of any number of entries', () => {
    const entry: Entry = {
      kind: 'clock-reset',
      sequence: 1,
      at: '',
      hash: '',
      seen: '',
      accepted: '',
      approver: 'ann',
    };
    expect(journalTable(Array.from({ length: 130_000 }, () => entry))).toHaveLength(130_001);
  });

  it('shows environment names next to ids, and prints paragraphs if the table is wider than the terminal', () => {
    const common = { kind: 'intent', backend: 'local', arguments: 'a', principal: 'oauth:ann' } as const;
    const target = { environmentId: 'm5cnbg3l25pwsmzikb7kdj', clusterName: 'hdb-equities-b' };
    const made = { at: '2026-03-17T09:30:00.000Z', hash: '' };
    const entries: Entry[] = [
      { ...common, ...made, sequence: 1, call: 'c1', operation: 'DeleteKxCluster', target, environment: 'kdb-prod' },
      { kind: 'outcome', ...made, sequence: 2, call: 'c1', result: 'succeeded' },
      { ...common, ...made, sequence: 3, call: 'c2', operation: 'DeleteKxCluster', target },
    ];
    const [, named = '', nameless = ''] = journalTable(entries);
    expect(named).toContain('  kdb-prod (m5cnbg3l25pwsmzikb7kdj) / hdb-equities-b  ');
    expect(nameless).toContain('  m5cnbg3l25pwsmzikb7kdj / hdb-equities-b  ');
    expect(journalTable(entries, 80)).toEqual([
      '2026-03-17 09:30:00  DeleteKxCluster',
      '  kdb-prod (m5cnbg3l25pwsmzikb7kdj) / hdb-equities-b',
      '  succeeded; by oauth:ann; approved: not required',
      '2026-03-17 09:30:00  DeleteKxCluster',
      '  m5cnbg3l25pwsmzikb7kdj / hdb-equities-b',
      '  unknown: its end was not recorded; by oauth:ann; approved: not required',
    ]);
    for (const columns of [40, 80, 120]) {
      const wide = journalTable(entries, columns).filter((line) => line.length > columns);
      expect(wide).toEqual([]);
    }
    expect(journalTable(entries, 200)).toEqual(journalTable(entries));
  });

  it.runIf(NO_PTY === undefined)(
    'prints a table on a terminal: who changed what, the outcome, and who approved',
    async () => {
      const dir = stateDirectory();
      let now = Date.UTC(2026, 2, 17, 9, 30);
      const state = await openState(join(dir, 'state.db'));
      const written = sqlJournal(
        async () => state,
        () => now,
      );
      const common = { backend: 'local', arguments: 'a' };
      const target = { environmentId: 'e1', databaseName: 'trades\u202e' };
      const approval = { plan: 'p', channel: 'terminal', approver: 'ann' };
      const calls = [
        { ...common, operation: 'DeleteKxDatabase', target, principal: 'local', approval },
        {
          ...common,
          operation: 'DeleteKxVolume',
          target,
          principal: 'oauth:bob',
          approval: { plan: 'p', channel: 'form' },
        },
        { ...common, operation: 'CreateKxUser', target, principal: 'local' },
      ] as const;
      const outcomes = [{ result: 'succeeded' }, { result: 'failed', error: 'ConflictException' }] as const;
      for (const [at, call] of calls.entries()) {
        const id = await written.begin(call);
        now += 61_000;
        const outcome = outcomes[at];
        if (outcome !== undefined) await written.finish(id, outcome);
      }
      await written.record({ kind: 'clock-reset', seen: '2027-01-01T00:00:00.000Z', accepted: '', approver: 'ann' });
      await state.close();
      const terminal = openTerminal('journal', 'show', '--state-dir', dir);
      expect(await terminal.exitCode()).toBe(0);
      const rows = terminal.screen().trimEnd().split('\n');
      expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
        ['TIME (UTC)', 'WHO', 'OPERATION', 'TARGET', 'OUTCOME', 'APPROVED'],
        [
          '2026-03-17 09:30:00',
          'a client on this computer',
          'DeleteKxDatabase',
          'e1 / trades\\u{202e}',
          'succeeded',
          'terminal, ann',
        ],
        [
          '2026-03-17 09:31:01',
          'oauth:bob',
          'DeleteKxVolume',
          'e1 / trades\\u{202e}',
          'failed: ConflictException',
          'form',
        ],
        [
          '2026-03-17 09:32:02',
          'a client on this computer',
          'CreateKxUser',
          'e1 / trades\\u{202e}',
          'unknown: its end was not recorded',
          'not required',
        ],
        ['2026-03-17 09:33:03', 'ann', 'reset the clock', '2027-01-01 00:00:00 was recorded before', 'done'],
      ]);
      expect(new Set(rows.slice(0, 4).map((row) => row.search(/DeleteKx|CreateKx|OPERATION/))).size).toBe(1);
      const asJson = openTerminal('journal', 'show', '--json', '--state-dir', dir);
      await asJson.exitCode();
      expect(asJson.screen()).toBe(journal(dir, 'show').stdout);
      const empty = openTerminal('journal', '--state-dir', stateDirectory());
      await empty.exitCode();
      expect(empty.screen()).toBe('The journal is empty: no change has been made yet.\n');
    },
  );

  it('reports a valid chain, with the newest hash', async () => {
    const { dir, state, written } = await kept(2);
    const { head } = (await written.verify()) as { head: string };
    const { stdout, status } = journal(dir, 'verify');
    expect([stdout, status]).toEqual([`2 entries, all in order; the newest hash is ${head}\n`, 0]);
    const newest = journal(dir).stdout.trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(newest)).toMatchObject({ sequence: 2, hash: head });
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
      'finspace-mcp: the journal was altered: entry 2 does not match the one before it\n',
      1,
    ]);
    await state.close();
  });

  it.each([
    ['no JSON', '{"kind":'],
    ['not an object', 'null'],
    ['of an unknown kind', '{"kind":"constructor","at":"2026"}'],
    [
      'an intent without its target',
      '{"kind":"intent","at":"2026","call":"c","operation":"o","principal":"p","target":null}',
    ],
    ['an intent that omits its target', '{"kind":"intent","at":"2026","call":"c","operation":"o","principal":"p"}'],
    [
      'an intent with an approval of null',
      '{"kind":"intent","at":"2026","call":"c","operation":"o","principal":"p","target":{},"approval":null}',
    ],
    ['an outcome without a result', '{"kind":"outcome","at":"2026","call":"c"}'],
  ])('marks an entry that is %s as unreadable, shows the others, and exits with 1', async (_, entry) => {
    const { dir, state, written } = await kept(3);
    await state.write((db) => db.prepare('UPDATE journal SET entry = ? WHERE sequence = 2').run(entry));
    const shown = journal(dir, 'show');
    const [first, second, third] = shown.stdout.split('\n').map((line) => (line === '' ? {} : JSON.parse(line)));
    expect([first, third]).toMatchObject([
      { target: { databaseName: 'd0\u202e' } },
      { target: { databaseName: 'd2\u202e' } },
    ]);
    expect(second).toEqual({ sequence: 2, at: '', kind: 'unreadable', hash: expect.any(String) });
    expect([shown.stderr, shown.status]).toEqual(['finspace-mcp: the journal was altered: entry 2 is unreadable\n', 1]);
    expect(journalTable(await written.entries()).filter((line) => line.includes('entry 2 is unreadable'))).toHaveLength(
      1,
    );
    const verified = journal(dir, 'verify');
    expect([verified.stdout, verified.status]).toEqual(['', 1]);
    expect(verified.stderr).toBe('finspace-mcp: the journal was altered: entry 2 does not match the one before it\n');
    expect(await written.unfinished()).toHaveLength(2);
    await state.close();
  });

  it('reports unreadable entries in a valid chain', async () => {
    const { dir, state } = await kept(0);
    const chained = (before: string, entry: string) => createHash('sha256').update(`${before}\n${entry}`).digest('hex');
    await state.write((db) => {
      const hash = chained('0'.repeat(64), 'nothing');
      db.prepare('INSERT INTO journal VALUES (1, ?, ?)').run('nothing', hash);
      db.prepare('INSERT INTO journal VALUES (2, ?, ?)').run('more', chained(hash, 'more'));
    });
    const { stdout, stderr, status } = journal(dir, 'verify');
    expect([stdout, status]).toEqual(['', 1]);
    expect(stderr).toBe('finspace-mcp: the journal was altered: 2 entries, first entry 1, are unreadable\n');
    await state.close();
  });

  it('accepts no other action', () => {
    const { stderr, status } = journal(stateDirectory(), 'erase');
    expect([stderr, status]).toEqual(['finspace-mcp: journal: expects show or verify, not "erase"\n', 2]);
  });
});
