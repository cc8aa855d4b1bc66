import { run } from './commands/run.ts';
import { main } from './main.ts';

export { run };

/** Runs a command line, and returns the exit code. This module imports the command that clients start, so that a start loads fewer files. */
export const start = (argv: readonly string[]): Promise<number> => main(argv, run);
