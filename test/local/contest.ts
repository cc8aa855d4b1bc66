import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** What a process of a contest reports. */
export interface ContenderReport {
  readonly commits: number;
  /** Milliseconds. */
  readonly wait: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly loop: { readonly p99: number; readonly max: number };
}

export const CONTENDER = new URL('contender.ts', import.meta.url);

/** A script as one file that starts quickly. With `checkout`, what it imports from `src` and `test` comes from there. */
export async function bundled(script: URL, checkout?: string): Promise<string> {
  const folder = fileURLToPath(new URL('../../node_modules/.cache/finspace-mcp/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const entry = fileURLToPath(script);
  const outfile = `${folder}${basename(entry, '.ts')}.${process.pid}${checkout === undefined ? '' : '.other'}.mjs`;
  const elsewhere: Plugin = {
    name: 'elsewhere',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\.\.\/(src|test)\// }, ({ path, importer }) =>
        checkout === undefined || importer !== entry ? undefined : { path: join(checkout, path.slice('../'.length)) },
      ),
  };
  await build({
    entryPoints: [entry],
    plugins: [elsewhere],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['libsql'],
    logLevel: 'error',
  });
  return outfile;
}

export interface Contest {
  readonly script: string;
  readonly path: string;
  readonly environmentId: string;
  readonly seconds: number;
  /** Distinguishes contests on one file. */
  readonly round?: string | undefined;
}

/** Starts eight processes at the same time, which all do the same. */
export function contest(mode: 'write' | 'spin', { script, path, environmentId, seconds, round = '' }: Contest) {
  const startAt = Date.now() + 1500;
  return Promise.all(
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((prefix) => {
      const args = [script, mode, path, environmentId, `${prefix}${round}`, String(startAt), String(seconds)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      return new Promise<ContenderReport>((resolve, reject) =>
        child.on('close', (code) => (code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`writer: ${code}`)))),
      );
    }),
  );
}
