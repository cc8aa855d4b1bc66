import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionOf } from './measure.ts';
import { compareStarts } from './starts.ts';

const MAJORS = [20, 22, 24, 26];

/**
 * The same as `cold` on several versions of Node: those whose paths follow `start`, those that NODE_BINARIES names (separated by
 * colons), or those of `MAJORS`, from npm. With `--against=CLI`, another build of ours runs beside it.
 */
export async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const against = optionOf('against');
  const paths = words.filter((word) => word.includes('/') && !word.startsWith('-'));
  const given = paths.length > 0 ? paths : (process.env['NODE_BINARIES'] ?? '').split(':').filter(Boolean);
  const folder = await mkdtemp(join(tmpdir(), 'finspace-mcp-nodes-'));
  try {
    for (const node of given.length > 0 ? given : installNodes(folder)) await compareStarts(node, against);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Installs each version of Node.js from npm, and returns their paths. */
function installNodes(folder: string): string[] {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  return MAJORS.map((major) => {
    const prefix = join(folder, String(major));
    const options = [
      '--prefix',
      prefix,
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    const { status } = spawnSync('npm', ['install', ...options, `${name}@${major}`], { stdio: 'inherit' });
    if (status !== 0) throw new Error(`npm could not install ${name}@${major}`);
    return join(prefix, 'node_modules', name, 'bin', 'node');
  });
}
