import { fstatSync, writeFileSync } from 'node:fs';

const STDOUT = 1;
let failure: NodeJS.ErrnoException | undefined;
const keepFailure = (error: NodeJS.ErrnoException) => {
  failure ??= error;
};

/** Keeps the error of a failed write for `flushOutput`, instead of ending the process with a stack trace. */
export function watchOutput(): void {
  process.stdout.on('error', keepFailure);
  process.stderr.on('error', () => {});
}

/** The width of the terminal on stdout; undefined if there is none or its width is unknown. */
export const terminalColumns = (): number | undefined => process.stdout.columns || undefined;

/** Writes text to stdout; await `flushOutput` before the process ends. */
export function writeOut(text: string): void {
  if (!fstatSync(STDOUT).isFile()) return void process.stdout.write(text);
  try {
    // Node's file stream treats a short write, as on a full disk, as a complete one.
    writeFileSync(STDOUT, text);
  } catch (error) {
    keepFailure(error as NodeJS.ErrnoException);
  }
}

/** Writes each line, with the line break. */
export const writeLines = (lines: readonly string[]): void => writeOut(lines.map((line) => `${line}\n`).join(''));

/**
 * Resolves when stdout and stderr have been flushed: with the reason if stdout could not be written, otherwise with nothing. It is no
 * failure if the reader closes stdout early, as `head` does.
 */
export async function flushOutput(): Promise<string | undefined> {
  for (const stream of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => stream.write('', () => resolve()));
  if (failure === undefined || failure.code === 'EPIPE') return undefined;
  return `the output could not be written: ${failure.message}`;
}
