import { run } from './commands/run.ts';
import { main } from './main.ts';

export { run };

/** Runs a command line, and returns the exit code. A start that loads fewer files is faster, so this one loads what clients start. */
export const start = (argv: readonly string[]): Promise<number> => main(argv, run);
