#!/usr/bin/env node
import { readCommandLine } from './command-line.ts';
import { COMMANDS, helpFor, run } from './commands/index.ts';
import { ConfigError } from './config.ts';
import { VERSION } from './version.ts';

/** Errors whose message is written for people; anything else is shown whole. */
const EXPECTED = new Set(['StoreError', 'ListenError', 'ApproverError', 'LedgerError', 'JournalError']);

try {
  const line = readCommandLine(process.argv.slice(2), process.env, COMMANDS, 'stdio');
  if (line.wants === 'help') process.stdout.write(helpFor(line.command));
  else if (line.wants === 'version') process.stdout.write(`${VERSION}\n`);
  else await run(line);
  process.exit(0);
} catch (error) {
  const expected = error instanceof ConfigError || (error instanceof Error && EXPECTED.has(error.name));
  process.stderr.write(`finspace-mcp: ${expected ? (error as Error).message : ((error as Error).stack ?? error)}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}
