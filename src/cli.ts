#!/usr/bin/env node
import { readCommandLine } from './command-line.ts';
import { COMMANDS, helpFor, run, STANDARD_COMMAND } from './commands/index.ts';
import { ConfigError } from './config.ts';
import { ErrorForPeople } from './error-for-people.ts';
import { VERSION } from './version.ts';

try {
  const line = readCommandLine(process.argv.slice(2), process.env, COMMANDS, STANDARD_COMMAND);
  if (line.wants === 'help') process.stdout.write(helpFor(line.command));
  else if (line.wants === 'version') process.stdout.write(`${VERSION}\n`);
  else await run(line);
  process.exit(0);
} catch (error) {
  const text = error instanceof ErrorForPeople ? error.message : ((error as Error).stack ?? error);
  process.stderr.write(`finspace-mcp: ${text}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}
