import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { describedTools } from '../src/tools/list.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/**
 * Splitting makes one file of each set of modules that the same entries reach, and every file costs a start about a millisecond.
 * So each part of ours that is loaded later is made to reach all that a start over stdio loads, which then is one file.
 */
const oneStart: Plugin = {
  name: 'one-start',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const start = at('src/commands/stdio.ts');
      const later = laterParts.has(path) && path !== start;
      return { loader: 'ts', contents: later ? `import ${JSON.stringify(start)};\n${source}` : source };
    });
  },
};

/** The modules of ours that something imports dynamically. */
const laterParts = new Set(
  readdirSync(at('src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => at(`src/${name}`))
    .flatMap((path) =>
      Array.from(readFileSync(path, 'utf8').matchAll(/\bimport\('(\.[^']+)'\)/g), (match) =>
        resolve(dirname(path), match[1] as string),
      ),
    ),
);

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
  plugins: [oneStart],
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
