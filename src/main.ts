import { readCommandLine } from './command-line.ts';
import { COMMANDS, DEFAULT_COMMAND, helpFor, type LoadedCommands, run } from './commands/index.ts';
import { ConfigError } from './config.ts';
import { ErrorForPeople } from './error-for-people.ts';
import { writeOut } from './output.ts';
import { VERSION } from './version.ts';

/** Runs a command line, and returns the exit code. Commands that are not `loaded` are loaded on demand. */
export async function main(argv: readonly string[], loaded: LoadedCommands = {}): Promise<number> {
  try {
    const line = readCommandLine(argv, process.env, COMMANDS, DEFAULT_COMMAND);
    if (line.wants === 'help') writeOut(helpFor(line.command));
    else if (line.wants === 'version') writeOut(`${VERSION}\n`);
    else await run(line, loaded);
    return 0;
  } catch (error) {
    const text = error instanceof ErrorForPeople ? error.message : ((error as Error).stack ?? error);
    process.stderr.write(`finspace-mcp: ${text}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}
