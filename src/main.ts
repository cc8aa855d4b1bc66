import { type CommandLine, readCommandLine } from './command-line.ts';
import { COMMANDS, DEFAULT_COMMAND, helpFor } from './commands/index.ts';
import { ConfigError } from './config.ts';
import { ErrorForPeople } from './error-for-people.ts';
import { writeOut } from './output.ts';
import { turnOffCycleSupport } from './schema-settings.ts';
import { visibleText } from './untrusted.ts';
import { VERSION } from './version.ts';

/** Runs a command line and returns the exit code. Calls `run` for the command, unless help or the version is requested. */
export async function main(argv: readonly string[], run: (line: CommandLine) => Promise<void>): Promise<number> {
  turnOffCycleSupport();
  try {
    const line = readCommandLine(argv, process.env, COMMANDS, DEFAULT_COMMAND);
    if (line.wants === 'help') writeOut(helpFor(line.command));
    else if (line.wants === 'version') writeOut(`${VERSION}\n`);
    else await run(line);
    return 0;
  } catch (error) {
    const text = error instanceof ErrorForPeople ? visibleText(error.message) : ((error as Error).stack ?? error);
    process.stderr.write(`finspace-mcp: ${text}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}
