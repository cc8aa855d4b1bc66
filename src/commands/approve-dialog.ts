import type { Approver } from '../safety/approver.ts';
import type { Desk } from '../safety/approver-desk.ts';
import { ApproverError } from '../safety/approver-error.ts';
import { ago, asker, left, placeOf, planText, printable } from '../safety/approver-text.ts';
import type { Question } from '../safety/ledger.ts';
import { itemText } from '../safety/question.ts';
import type { Terminal } from './approve-terminal.ts';
import { folded } from './fold.ts';

const TRIES = 3;

/** What waits, for people: a few lines for each, which also fit into a narrow terminal. */
export function listing(waiting: readonly Question[], now: number, columns: number | undefined): string {
  const lines = waiting.flatMap((question, at) => [
    ...(at === 0 ? [] : ['']),
    `${printable(question.code)}  ${planText(question).headline}`,
    `       ${placeOf(question)}`,
    `       asked ${ago(question.opened, now)} by ${printable(asker(question.principal))}, open for another ${left(question.expires, now)}`,
  ]);
  return lines
    .flatMap((line) => folded(line, columns))
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
  terminal.say();
  terminal.say(`${printable(code)}, asked ${ago(opened, now)} by ${printable(asker(principal))}`, 'strong');
  terminal.say(`Open for another ${left(expires, now)}.`);
  terminal.say();
  for (const [at, line] of shown.text.split('\n').entries())
    terminal.say(
      `  ${printable(line)}`,
      at === 0 ? 'strong' : line.endsWith('cannot be undone.') ? 'warning' : undefined,
    );
  for (const [title, items] of [
    ['Lost for ever, in full:', shown.lost],
    ['Interrupted, in full:', shown.interrupted],
  ] as const) {
    const lines = items.map((item) => `- ${itemText(item)}`);
    if (lines.every((line) => shown.text.includes(line))) continue;
    terminal.say();
    terminal.say(`  ${title}`);
    for (const line of lines) terminal.say(`  ${line}`);
  }
  terminal.say();
  const unsigned = desk.keyed ? UNSIGNED : await unkeyed(terminal, desk);
  const typed = await nameTyped(terminal, question);
  const isSigned = desk.keyed && typed === shown.name;
  const verdict = await desk.approve(question, typed, isSigned ? await unlocked(terminal, desk) : unsigned);
  if (verdict !== 'approved') throw new ApproverError(REFUSED[verdict]);
  terminal.say(
    `Approved. The agent can now make the same call again; it runs once, within ${left(expires, Date.now())}.`,
  );
}

/** A wrong name ends the plan before anybody could sign it. */
const UNSIGNED: Approver = { sign: (_, approval) => approval };

/** What was typed for the name, the last of three tries. Throws ApproverError when the person left. */
async function nameTyped(terminal: Terminal, { code, shown }: Question): Promise<string> {
  terminal.say(`Type the name of the ${printable(shown.noun)} exactly as it is shown above.`);
  for (let tries = 1; ; tries += 1) {
    const typed = await terminal.ask('Name, to approve: ');
    if (typed === undefined || typed === '') throw new ApproverError(`Nothing was approved. ${code} stays open.`);
    if (typed === shown.name || tries === TRIES) return typed;
    terminal.say('That is not the name.');
  }
}

const REFUSED = {
  'wrong-name': 'That is not the name. The plan is closed and nothing runs; the agent would have to ask anew.',
  closed: 'It is not open any more: it expired, or somebody answered it elsewhere. Nothing was approved here.',
};

async function unkeyed(terminal: Terminal, desk: Desk): Promise<Approver> {
  terminal.say(
    'No passphrase was set up, so this proves little: any program that runs as you, an agent with a shell too, could do the same. It counts on the local backend only. (Set one up: the same command with --init.)',
  );
  terminal.say();
  const opened = await desk.unlock('');
  return (opened as Extract<typeof opened, { kind: 'open' }>).approver;
}

/** Takes the passphrase. Throws ApproverError when it was not the right one. */
export async function unlocked(terminal: Terminal, desk: Desk): Promise<Approver> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const passphrase = await terminal.askHidden('Your passphrase (it is not shown): ');
    if (passphrase === undefined) throw new ApproverError('Nothing was approved.');
    const opened = await desk.unlock(passphrase);
    if (opened.kind === 'open') return opened.approver;
    if (opened.kind === 'locked')
      throw new ApproverError(
        `Too many wrong passphrases. Try again at ${new Date(opened.until).toLocaleTimeString()}.`,
      );
    terminal.say('That is not the passphrase.');
  }
  throw new ApproverError(
    'Nothing was approved. If it is forgotten, the same command with --init says how to replace it.',
  );
}
