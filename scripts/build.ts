import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describedTools } from '../src/tools/list.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

rmSync(at('dist'), { recursive: true, force: true });
await build({
  entryPoints: [at('src/cli.ts')],
  outdir: at('dist'),
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
chmodSync(at('dist/cli.js'), 0o755);
