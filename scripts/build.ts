import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describedTools } from '../src/tools/list.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const DAY_MS = 86_400_000;
const dist = at('dist');
mkdirSync(dist, { recursive: true });
const fresh = mkdtempSync(at('dist-'));

await build({
  entryPoints: [at('src/cli.ts')],
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // The AWS client's CommonJS entry loses its exports in a split bundle; its module entry does not.
  mainFields: ['module', 'main'],
  // libsql finds its native part relative to itself; the tokenizer is two megabytes of tables for one command.
  external: ['libsql', 'gpt-tokenizer'],
  alias: { '@modelcontextprotocol/server/_shims': at('scripts/sdk-shims.ts') },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
  define: { EMBEDDED_TOOLS: JSON.stringify(describedTools()) },
  minify: true,
  keepNames: true,
  legalComments: 'linked',
  logLevel: 'warning',
});
chmodSync(join(fresh, 'cli.js'), 0o755);

// A server that is running loads parts of itself later, so the parts of earlier builds stay for a day. The entry comes last.
for (const name of readdirSync(dist)) {
  if (Date.now() - statSync(join(dist, name)).mtimeMs > DAY_MS) rmSync(join(dist, name));
}
const built = readdirSync(fresh).sort((a, b) => Number(a === 'cli.js') - Number(b === 'cli.js'));
for (const name of built) renameSync(join(fresh, name), join(dist, name));
rmSync(fresh, { recursive: true });
