import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundleProduct } from '../../scripts/bundle.ts';

/**
 * `tsx test/conformance/run.ts` runs the official MCP conformance suite at both protocol revisions. Against the built product, only the
 * scenarios that need fixtures may fail (the baselines): first as it is, then with all schemas of the MCP SDK built when it is loaded.
 * Against fixtures on the HTTP stack of the product, nothing may fail. It needs the npm registry, for the suite and for Node 22.
 */
const SUITE = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
const REVISIONS = [
  { revision: '2026-07-28', baseline: 'baseline-2026.yaml', timeout: 15_000 },
  { revision: '2025-11-25', baseline: 'baseline-2025.yaml', timeout: 5_000 },
];
/** Scenarios of the tasks extension, which the suite runs but does not score. */
const UNSCORED = /^tasks-/;

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const OPTIONS = ['--port', '0', '--state', ':memory:', '--lifecycle', 'instant', '--access-log=false'];
const eager = mkdtempSync(at('../../dist-'));
process.once('exit', () => rmSync(eager, { recursive: true }));
await bundleProduct(eager, { eager: true });
const SERVERS = [
  { name: 'product', args: [at('../../dist/cli.js'), 'http', ...OPTIONS], fixtures: false },
  { name: 'product with eager schemas', args: [`${eager}/cli.js`, 'http', ...OPTIONS], fixtures: false },
  { name: 'fixtures', args: ['--import', 'tsx', at('fixture-server.ts')], fixtures: true },
];

let failed = false;
for (const { name, args, fixtures } of SERVERS) {
  const { url, server } = await start(args);
  try {
    for (const { revision, baseline, timeout } of REVISIONS) {
      const output = await suite([
        ...['--url', url, '--requirements', revision, '--timeout', String(timeout)],
        ...(fixtures ? [] : ['--expected-failures', at(baseline)]),
      ]);
      const { passed, total, failures } = counts(output.text);
      const ok = total > 0 && (fixtures ? failures.length === 0 : output.code === 0);
      failed ||= !ok;
      console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} at ${revision}: ${passed} of ${total} scenarios pass`);
      if (!ok) console.log(fixtures ? failures.join('\n') : output.text.slice(output.text.indexOf('=== SUMMARY')));
    }
  } finally {
    server.kill();
  }
}
process.exit(failed ? 1 : 0);

/** Starts a server that logs its URL as a line of JSON. */
function start(args: readonly string[]): Promise<{ url: string; server: ChildProcess }> {
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
    createInterface({ input: server.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      const url = line.startsWith('{') ? (JSON.parse(line) as { url?: string }).url : undefined;
      if (url !== undefined) resolve({ url, server });
      else console.error(line);
    });
  });
}

function suite(args: readonly string[]): Promise<{ code: number | null; text: string }> {
  const npx = ['-y', '-p', 'node@22', '-p', SUITE, '--', 'conformance', 'server', ...args];
  const run = spawn('npx', npx, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  run.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve) => run.once('exit', (code) => resolve({ code, text })));
}

function counts(text: string) {
  const rows = [...text.matchAll(/^([✓✗]) ([\w-]+): (\d+) passed, (\d+) failed/gmu)]
    .map(([line, mark, scenario = '']) => ({ line, mark, scenario }))
    .filter(({ scenario }) => !UNSCORED.test(scenario));
  const failures = rows.filter(({ mark }) => mark !== '✓').map(({ line }) => line);
  return { passed: rows.length - failures.length, total: rows.length, failures };
}
