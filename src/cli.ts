#!/usr/bin/env node
import { cacheCompiledCode } from './compile-cache.ts';
import { flushOutput, watchOutput, writeOut } from './output.ts';
import { ensureHome } from './user-folder.ts';
import { VERSION } from './version.ts';

// The code of a process that ends before its command line does.
process.exitCode = 1;
watchOutput();
ensureHome(process.env);
void runToExit(process.argv.slice(2));

async function runToExit(argv: readonly string[]): Promise<never> {
  const code = await run(argv);
  const failure = await flushOutput();
  if (failure !== undefined) process.stderr.write(`finspace-mcp: ${failure}\n`);
  process.exit(failure === undefined ? code : code || 1);
}

/** Runs a command line, and returns the exit code. */
async function run(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && /^(?:-v|--version)$/.test(argv[0] as string)) {
    writeOut(`${VERSION}\n`);
    return 0;
  }
  cacheCompiledCode(process.env);
  // Loaded here, so that compiled code comes from the cache, and that --help and a lone --version do not load what serves clients.
  const asksForHelp = argv[0] === 'help' || argv.some((word) => /^(?:-h|--help)$/.test(word));
  if (!asksForHelp) return (await import('./start.ts')).start(argv);
  return (await import('./main.ts')).main(argv, async (line) => (await import('./start.ts')).run(line));
}
