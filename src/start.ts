import { stdio } from './commands/stdio.ts';
import { main as mainOf } from './main.ts';

/** The same as the `main` of `main.ts`, with the command that clients start: a start that loads fewer files is faster. */
export const main = (argv: readonly string[]): Promise<number> => mainOf(argv, { stdio });
