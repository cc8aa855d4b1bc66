import { fstatSync, writeFileSync } from 'node:fs';

const STDOUT = 1;
let failure: NodeJS.ErrnoException | undefined;
const keep = (error: NodeJS.ErrnoException) => {
  failure ??= error;
};

/** Keeps a failed write for `written`, instead of letting it end the process with a stack trace. */
export function watchOutput(): void {
  process.stdout.on('error', keep);
  process.stderr.on('error', () => {});
}

/** The width of the terminal on stdout; undefined where there is none, or it does not know. */
export const terminalColumns = (): number | undefined => process.stdout.columns || undefined;

/** Writes text to stdout; await `written` before the process ends. */
export function writeOut(text: string): void {
  if (!fstatSync(STDOUT).isFile()) return void process.stdout.write(text);
  try {
    // Node's stream for files takes a short write, as on a disk that fills up, for a whole one.
    writeFileSync(STDOUT, text);
  } catch (error) {
    keep(error as NodeJS.ErrnoException);
  }
}

/**
 * Resolves once stdout and stderr have passed on everything that was written: with the failure when stdout could not be written,
 * with nothing when its reader left early, as `head` does.
 */
export async function written(): Promise<string | undefined> {
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  if (failure === undefined || failure.code === 'EPIPE') return undefined;
  return `the output could not be written: ${failure.message}`;
}
