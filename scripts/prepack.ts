import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refusePlaceholder, replaceManifest } from './packed-manifest.ts';
import { ROOT } from './project.ts';

/** What npm runs before it packs: builds from scratch, adds the types of the API, and replaces the manifest. */
refusePlaceholder();
rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
await import('./build.ts');
emitTypes();
replaceManifest();

/** The declarations of the API refer to no other module, so the compiler needs to read none. */
function emitTypes(): void {
  const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-types-'));
  try {
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [compiler, '--project', join(ROOT, 'scripts', 'tsconfig.api.json'), '--outDir', folder];
    execFileSync(process.execPath, args, { stdio: 'inherit' });
    copyFileSync(join(folder, 'src', 'api.d.ts'), join(ROOT, 'dist', 'api.d.ts'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
