import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { approverKey, isApprovedBy } from '../../src/safety/approver.ts';
import { addApprover } from '../support/approver.ts';
import { FRESH_WORLD, HOSTS, type Session } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';
import { approvesAt, NO_PTY, openTerminal, type TerminalSession } from './pty.ts';
import { COMMON_CLOCK, ledgerIn, PASSPHRASE, stateDirectory } from './support.ts';

const [host] = HOSTS;

/** A server with an approver's key, a client that shows no forms, and two databases that an agent wants to delete. */
async function builder() {
  const dir = stateDirectory();
  await addApprover(dir);
  const world = FRESH_WORLD.slice(2);
  const args = [...world, '--state-dir', dir, '--world', 'empty'];
  const session = await (host as NonNullable<typeof host>).connect(args);
  const { environmentId } = await createEnvironment(session);
  const [trades, scratch] = [
    { environmentId, databaseName: 'trades' },
    { environmentId, databaseName: 'scratch' },
  ];
  for (const database of [trades, scratch]) await did(session, 'create_kx_database', database);
  return { dir, session, trades, scratch };
}

/** The code of an open plan, from the answer to the agent. */
const codeIn = (text: string) => /code ([A-Z0-9]{5})/.exec(text)?.[1] as string;

/** Every word that a program can read in a state directory, and some that people choose. */
function everythingIn(dir: string): string[] {
  const files = readdirSync(dir, { recursive: true }).map((name) => join(dir, String(name)));
  const words = files
    .filter((path) => statSync(path).isFile())
    .flatMap((path) => readFileSync(path, 'latin1').match(/[\x20-\x7e]{5,}/g) ?? [])
    .flatMap((text) => [text, ...text.split(/["{},:\s]+/)]);
  return [...new Set(words)].filter((word) => word.length >= 5);
}

describe.skipIf(NO_PTY !== undefined)(
  `an agent that has a shell, a pseudo-terminal and an HTTP client and can read every file ${NO_PTY ?? ''}`,
  { timeout: 120_000 },
  () => {
    let session: Session | undefined;
    afterEach(() => session?.close());

    it('can run only what a person approves', async () => {
      const at = await builder();
      session = at.session;

      // The person approves one deletion, so that the ledger also contains a complete signed approval.
      const asked = codeIn(await failedTo(session, 'delete_kx_database', at.scratch));
      const person = openTerminal('approve', asked, '--state-dir', at.dir);
      await approvesAt(person, 'scratch', PASSPHRASE);
      await person.exitCode();
      await did(session, 'delete_kx_database', at.scratch);
      expect(await failedTo(session, 'get_kx_database', at.scratch)).toContain('ResourceNotFoundException');

      // From here on, the agent acts.
      const refusal = await failedTo(session, 'delete_kx_database', at.trades);
      const code = codeIn(refusal);
      const known = everythingIn(at.dir);
      expect(known.join('\n')).not.toContain(PASSPHRASE);

      await replacesTheKey(at.dir);
      await guessesOnThePage(at.dir, code, [code, 'trades', ...known]);
      await guessesInTheTerminal(at.dir, code, [...known, code]);

      expect(codeIn(await failedTo(session, 'delete_kx_database', at.trades))).toBe(code);
      expect(await did(session, 'get_kx_database', at.trades)).toMatchObject({ databaseName: 'trades' });
      const { ledger } = await ledgerIn(at.dir, COMMON_CLOCK);
      const [open] = await ledger.list();
      expect(await ledger.approvedFor(open?.callDigest as string)).toBeUndefined();
    });

    it('cannot get approval for one call under the name of another, even with write access', async () => {
      const at = await builder();
      session = at.session;
      const code = codeIn(await failedTo(session, 'delete_kx_database', at.trades));
      const { state } = await ledgerIn(at.dir, COMMON_CLOCK);
      await state.write((db) =>
        db.prepare("UPDATE questions SET body = replace(body, 'trades', 'scratch') WHERE code = ?").run(code),
      );
      const person = openTerminal('approve', code, '--state-dir', at.dir);
      await person.sees('DELETE database scratch in ');
      await approvesAt(person, 'scratch', PASSPHRASE);
      await failedTo(session, 'delete_kx_database', at.trades);
      expect(await did(session, 'get_kx_database', at.trades)).toMatchObject({ databaseName: 'trades' });
    });

    it('cannot move a signed approval to another plan, even with write access', async () => {
      const dir = stateDirectory();
      await addApprover(dir);
      const { ledger, state, ask } = await ledgerIn(dir, COMMON_CLOCK);
      const [mine, wanted] = [await ask({ name: 'scratch' }), await ask()];
      const person = openTerminal('approve', mine.code, '--state-dir', dir);
      await approvesAt(person, 'scratch', PASSPHRASE);
      const key = (await approverKey(dir)) as NonNullable<Awaited<ReturnType<typeof approverKey>>>;
      await state.write((db) =>
        db
          .prepare(
            "UPDATE questions SET state = 'approved', approval = (SELECT approval FROM questions WHERE nonce = ?) WHERE nonce = ?",
          )
          .run(mine.nonce, wanted.nonce),
      );
      const [own, moved] = [await ledger.approvedFor(mine.callDigest), await ledger.approvedFor(wanted.callDigest)];
      expect(isApprovedBy(mine, own?.approval as never, key)).toBe(true);
      expect(isApprovedBy(wanted, moved?.approval as never, key)).toBe(false);
    });
  },
);

async function replacesTheKey(dir: string): Promise<void> {
  const terminal = openTerminal('approve', '--init', '--state-dir', dir);
  await terminal.sees('A passphrase is already set up');
  expect(await terminal.exitCode()).toBe(1);
}

/** The agent reads the link from its own terminal, opens it, and sends the form with what it knows. */
async function guessesOnThePage(dir: string, code: string, words: readonly string[]): Promise<void> {
  const terminal: TerminalSession = openTerminal('approve', '--web', code, '--state-dir', dir);
  await terminal.sees('Press Ctrl-C to close the page');
  const link = /http:\S+/.exec(terminal.screen())?.[0] as string;
  const { origin } = new URL(link);
  const entered = await fetch(link);
  const cookie = (entered.headers.get('set-cookie') as string).split(';')[0] as string;
  const path = `${link.slice(0, link.indexOf('/open/') + 1)}${code}`;
  const token = /name="token" value="([^"]+)"/.exec(
    await (await fetch(path, { headers: { cookie } })).text(),
  )?.[1] as string;
  const statuses = [];
  for (const passphrase of ['', ...words.slice(0, 4)]) {
    const body = new URLSearchParams({ token, act: 'approve', name: 'trades', passphrase });
    statuses.push(
      (await fetch(path, { method: 'POST', body, headers: { cookie, origin }, redirect: 'manual' })).status,
    );
  }
  expect(statuses).toEqual([403, 403, 403, 403, 403]);
  const body = new URLSearchParams({ token, act: 'approve', name: 'trades', passphrase: words[5] as string });
  expect((await fetch(path, { method: 'POST', body, headers: { cookie, origin } })).status).toBe(429);
  terminal.presses('\u0003');
  await terminal.exitCode();
}

async function guessesInTheTerminal(dir: string, code: string, words: readonly string[]): Promise<void> {
  for (const word of words.slice(0, 3)) {
    const terminal = openTerminal('approve', code, '--state-dir', dir);
    await terminal.sees('to approve: ');
    terminal.types('trades');
    await terminal.sees('Your passphrase (it is not shown): ');
    terminal.types(word);
    await terminal.sees('Too many wrong passphrases');
    expect(await terminal.exitCode()).toBe(1);
  }
}
