import type { Approver } from '../safety/approver.ts';
import type { Desk } from '../safety/approver-desk.ts';
import { ApproverError } from '../safety/approver-error.ts';
import { ago, asker, left, placeOf, planText, printable } from '../safety/approver-text.ts';
import type { Question } from '../safety/ledger.ts';
import { itemText } from '../safety/question.ts';
import type { Terminal } from './approve-terminal.ts';

const TRIES = 3;

/** What waits, as a table for people. */
export function listing(waiting: readonly Question[], now: number): string {
  const rows = waiting.map((question) => [
    printable(question.code),
    planText(question).headline,
    placeOf(question),
    ago(question.opened, now),
    printable(question.principal),
  ]);
  const all = [['CODE', 'WHAT', 'WHERE', 'SINCE', 'BY'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

/** The question of a code, in whatever letters it was typed. Throws ApproverError when none of that code is open. */
export function chosenFrom(waiting: readonly Question[], code: string): Question {
  const wanted = code.trim().toUpperCase();
  const found = waiting.find((question) => question.code === wanted);
  if (found !== undefined) return found;
  const open =
    waiting.length === 0 ? 'nothing is' : `open are ${waiting.map(({ code }) => printable(code)).join(', ')}`;
  throw new ApproverError(`${printable(JSON.stringify(wanted.slice(0, 20)))} is not open (${open}).`);
}

/** Shows one plan whole, then takes the passphrase and the name. Throws ApproverError when nothing was approved. */
export async function approveAtTerminal(terminal: Terminal, desk: Desk, question: Question): Promise<void> {
  const { code, shown, principal, opened, expires } = question;
  const now = Date.now();
  terminal.say(`\n${strong(`${printable(code)}, asked ${ago(opened, now)} by ${printable(asker(principal))}`)}`);
  terminal.say(`Open for another ${left(expires, now)}.\n`);
  for (const line of shown.text.split('\n')) terminal.say(`  ${printable(line)}`);
  for (const [title, items] of [
    ['Lost for ever, in full:', shown.lost],
    ['Interrupted, in full:', shown.interrupted],
  ] as const) {
    const lines = items.map((item) => `- ${itemText(item)}`);
    if (lines.every((line) => shown.text.includes(line))) continue;
    terminal.say(`\n  ${title}`);
    for (const line of lines) terminal.say(`  ${line}`);
  }
  terminal.say();
  const approver = desk.keyed ? await unlocked(terminal, desk) : await unkeyed(terminal, desk);
  const typed = await terminal.ask(`Name of the ${printable(shown.noun)}, to approve: `);
  if (typed === undefined) throw new ApproverError(`Nothing was approved. ${code} stays open.`);
  const verdict = await desk.approve(question, typed, approver);
  if (verdict !== 'approved') throw new ApproverError(REFUSED[verdict]);
  terminal.say(
    `Approved. The agent can now make the same call again; it runs once, within ${left(expires, Date.now())}.`,
  );
}

const REFUSED = {
  'wrong-name': 'That is not the name. The plan is closed and nothing runs; the agent would have to ask anew.',
  closed: 'It is not open any more: it expired, or somebody answered it elsewhere. Nothing was approved here.',
};

async function unkeyed(terminal: Terminal, desk: Desk): Promise<Approver> {
  terminal.say('No passphrase was set up, so this proves little: any program that runs as you, an agent with a shell');
  terminal.say(
    'too, could do the same. It counts on the local backend only. (Set one up: finspace-mcp approve --init)\n',
  );
  const opened = await desk.unlock('');
  return (opened as Extract<typeof opened, { kind: 'open' }>).approver;
}

async function unlocked(terminal: Terminal, desk: Desk): Promise<Approver> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const passphrase = await terminal.askHidden('Passphrase: ');
    if (passphrase === undefined) throw new ApproverError('Nothing was approved.');
    const opened = await desk.unlock(passphrase);
    if (opened.kind === 'open') return opened.approver;
    if (opened.kind === 'locked')
      throw new ApproverError(
        `Too many wrong passphrases. Try again at ${new Date(opened.until).toLocaleTimeString()}.`,
      );
    terminal.say('That is not the passphrase.');
  }
  throw new ApproverError('Nothing was approved.');
}

const strong = (text: string) => (process.env['NO_COLOR'] ? text : `\u001b[1m${text}\u001b[0m`);
