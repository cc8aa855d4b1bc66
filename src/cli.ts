#!/usr/bin/env node
import { cacheCompiledCode } from './compile-cache.ts';
import { flushOutput, watchOutput, writeOut } from './output.ts';
import { ensureHome } from './user-folder.ts';
import { VERSION } from './version.ts';

watchOutput();
ensureHome(process.env);
const argv = process.argv.slice(2);
const asksForHelp = argv[0] === 'help' || argv.some((word) => /^(?:-h|--help)$/.test(word));
let code = 0;
if (argv.length === 1 && /^(?:-v|--version)$/.test(argv[0] as string)) writeOut(`${VERSION}\n`);
else {
  cacheCompiledCode(process.env);
  // Loaded here, so that compiled code comes from the cache, and that --version and --help do not load what serves clients.
  code = asksForHelp
    ? await (await import('./main.ts')).main(argv, async (line) => (await import('./start.ts')).run(line))
    : await (await import('./start.ts')).start(argv);
}
const failure = await flushOutput();
if (failure !== undefined) process.stderr.write(`finspace-mcp: ${failure}\n`);
process.exit(failure === undefined ? code : code || 1);
