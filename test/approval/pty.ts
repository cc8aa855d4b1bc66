import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { CLI } from '../support/hosts.ts';

/** The program that opens a pseudo-terminal: util-linux, or Python; undefined if neither is installed. */
const program = [
  {
    command: 'script',
    probe: ['--version'],
    expected: /util-linux/,
    args: (line: string[]) => ['-qec', line.map(quoted).join(' '), '/dev/null'],
  },
  {
    command: 'python3',
    probe: ['-c', 'import pty; print("pty")'],
    expected: /pty/,
    args: (line: string[]) => [
      '-c',
      'import os,pty,sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))',
      ...line,
    ],
  },
].find(({ command, probe, expected }) => expected.test(String(spawnSync(command, probe).stdout)));

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

export const NO_PTY =
  program === undefined ? 'SKIPPED: neither util-linux `script` nor python3 is installed' : undefined;
if (NO_PTY !== undefined) console.warn(`The terminal channel is not tested. ${NO_PTY}`);

/** A person at a terminal. */
export interface TerminalSession {
  /** Everything on the screen so far. */
  screen(): string;
  /** Waits until `text` appears after the text of the previous wait. */
  sees(text: string): Promise<void>;
  types(line: string): void;
  presses(key: string): void;
  /** The exit code, after the command has ended. */
  exitCode(): Promise<number | null>;
  end(): void;
}

/** Runs the command line in a pseudo-terminal of its own. */
export function openTerminal(...args: string[]): TerminalSession {
  const { command, args: around } = program as NonNullable<typeof program>;
  const env = { ...process.env, TERM: 'xterm', NO_COLOR: '1' };
  const child = spawn(command, around([process.execPath, CLI, ...args]), { stdio: ['pipe', 'pipe', 'inherit'], env });
  onTestFinished(() => void child.kill('SIGKILL'));
  return terminal(child);
}

function terminal(child: ChildProcess): TerminalSession {
  let screen = '';
  let seen = 0;
  let wake = () => {};
  child.stdout?.on('data', (chunk: Buffer) => {
    screen += chunk.toString().replaceAll('\r', '');
    wake();
  });
  const gone = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const presses = (key: string) => void child.stdin?.write(key);
  return {
    screen: () => screen,
    sees: async (text) => {
      for (;;) {
        const at = screen.indexOf(text, seen);
        if (at >= 0) {
          seen = at + text.length;
          return;
        }
        const more = new Promise<boolean>((resolve) => {
          wake = () => resolve(true);
        });
        const isMore = await Promise.race([more, gone.then(() => false)]);
        if (!isMore && screen.indexOf(text, seen) < 0)
          throw new Error(`never saw ${JSON.stringify(text)} on the screen:\n${screen}`);
      }
    },
    types: (line) => presses(`${line}\r`),
    presses,
    exitCode: () => gone,
    end: () => void child.kill('SIGTERM'),
  };
}

/** Approves the plan on the screen in the order of the prompts: the name first, then the passphrase. */
export async function approvesAt(terminal: TerminalSession, name: string, passphrase: string): Promise<void> {
  await terminal.sees('to approve: ');
  terminal.types(name);
  await terminal.sees('Your passphrase (it is not shown): ');
  terminal.types(passphrase);
  await terminal.sees('Approved.');
}
