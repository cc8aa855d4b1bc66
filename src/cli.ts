#!/usr/bin/env node
import { readCommandLine } from './command-line.ts';
import { COMMANDS, helpFor, run, STANDARD_COMMAND } from './commands/index.ts';
import { ConfigError } from './config.ts';
import { ErrorForPeople } from './error-for-people.ts';
import { watchOutput, writeOut, written } from './output.ts';
import { VERSION } from './version.ts';

watchOutput();
let code = 0;
try {
  const line = readCommandLine(process.argv.slice(2), process.env, COMMANDS, STANDARD_COMMAND);
  if (line.wants === 'help') writeOut(await helpFor(line.command));
  else if (line.wants === 'version') writeOut(`${VERSION}\n`);
  else await run(line);
} catch (error) {
  const text = error instanceof ErrorForPeople ? error.message : ((error as Error).stack ?? error);
  process.stderr.write(`finspace-mcp: ${text}\n`);
  code = error instanceof ConfigError ? 2 : 1;
}
const failure = await written();
if (failure !== undefined) process.stderr.write(`finspace-mcp: ${failure}\n`);
process.exit(code || Number(failure !== undefined));
