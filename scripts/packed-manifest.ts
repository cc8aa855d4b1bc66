import { copyFileSync, existsSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeOf, type Manifest, PLACEHOLDER, ROOT, readManifest } from './project.ts';

/** What the bundle imports: the native part of libsql, and a tokenizer of two megabytes for one command. */
export const EXTERNAL: readonly string[] = ['@libsql/*', 'gpt-tokenizer'];

/** The manifest of the package, whose bundle contains all dependencies but the native part of libsql. */
export function packedManifest(source: Manifest) {
  const { scripts, devDependencies: _tools, ...rest } = source as Manifest & Record<string, unknown>;
  const { homepage, bugs, mcpName } = homeOf(source);
  return {
    ...rest,
    mcpName,
    homepage,
    bugs,
    // npm looks for it in this manifest at the end of a publish.
    scripts: { postpublish: scripts.postpublish },
    dependencies: {},
    optionalDependencies: nativeParts(),
  };
}

/**
 * npm would install the parts for both C libraries of Linux, because they do not say which one they need. So those for musl (10 MB) are
 * left out.
 */
function nativeParts(): Record<string, string> {
  const { optionalDependencies = {} } = readManifest(join(ROOT, 'node_modules', 'libsql', 'package.json'));
  return Object.fromEntries(Object.entries(optionalDependencies).filter(([name]) => !name.includes('musl')));
}

const MANIFEST = join(ROOT, 'package.json');
/** Where the manifest of the source tree is kept while npm packs. */
const KEPT = join(ROOT, '.package.json');

/** Throws if npm is about to publish under the placeholder. */
export function refusePlaceholder(): void {
  if (isPublishing && homeOf(readManifest(MANIFEST)).owner === PLACEHOLDER)
    throw new Error(
      `package.json: repository.url names the placeholder ${PLACEHOLDER}. Set it, then run npm run docs.`,
    );
}

/** Replaces `package.json` by the manifest of the package, until `restoreManifest`. */
export function replaceManifest(): void {
  restoreManifest();
  const source = readManifest(MANIFEST);
  const { atime, mtime } = statSync(MANIFEST);
  copyFileSync(MANIFEST, KEPT);
  utimesSync(KEPT, atime, mtime);
  writeFileSync(MANIFEST, `${JSON.stringify(packedManifest(source), null, 2)}\n`);
}

/** Puts the manifest of the source tree back; after a failure, `scripts/prepare.mjs` does it. */
function restoreManifest(): void {
  if (existsSync(KEPT)) renameSync(KEPT, MANIFEST);
}

const isPublishing = process.env['npm_command'] === 'publish';

// `postpack` and `postpublish`. npm reads the manifest for the registry after `postpack`, so a publish needs it until the end.
if (
  process.argv[1] === fileURLToPath(import.meta.url) &&
  !(isPublishing && process.env['npm_lifecycle_event'] === 'postpack')
)
  restoreManifest();
