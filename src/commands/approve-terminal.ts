import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { foldLine } from './fold.ts';

/** A person at a terminal. */
export interface Terminal {
  say(text?: string, style?: keyof typeof STYLES): void;
  /** What the person typed up to Enter; undefined after Ctrl-C or Ctrl-D. */
  ask(prompt: string): Promise<string | undefined>;
  /** As `ask`, for what must not be shown, such as a passphrase. */
  askHidden(prompt: string): Promise<string | undefined>;
  close(): void;
}

const STYLES = { strong: '\u001b[1m', warning: '\u001b[1;31m' };
const applyStyle = (text: string, style: keyof typeof STYLES | undefined) =>
  style === undefined || process.env['NO_COLOR'] ? text : `${STYLES[style]}${text}\u001b[0m`;

/** Whether a person can be present: both stdin and stdout are terminals. A program can arrange that too; see SECURITY.md. */
export const isTerminal = () => Boolean(process.stdin.isTTY && process.stdout.isTTY);

/** Takes over the terminal until it is closed, so that typed-ahead input is not echoed and nothing is kept in a history. */
export function openTerminal(): Terminal {
  let hidden = false;
  const output = new Writable({
    write: (chunk, _, done) => {
      if (!hidden) process.stdout.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  let gone = false;
  lines.once('close', () => {
    gone = true;
  });
  const ask = (prompt: string) =>
    new Promise<string | undefined>((resolve) => {
      if (gone) return resolve(undefined);
      const leave = () => resolve(undefined);
      lines.once('close', leave);
      lines.question(prompt, (typed) => {
        lines.off('close', leave);
        resolve(typed);
      });
    });
  return {
    say: (text = '', style) => {
      for (const piece of foldLine(text, process.stdout.columns)) process.stdout.write(`${applyStyle(piece, style)}\n`);
    },
    ask,
    askHidden: async (prompt) => {
      process.stdout.write(prompt);
      hidden = true;
      try {
        return await ask('');
      } finally {
        hidden = false;
        process.stdout.write('\n');
      }
    },
    close: () => lines.close(),
  };
}
