import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engine } from '../sqlite/engine.ts';
import { usableFileExists } from '../sqlite/file.ts';
import { whileOpen } from '../while-open.ts';
import { WORLD_FORMAT } from './schema.ts';

/**
 * The fingerprint of the key to which the worlds in a file are pinned; null if there is none. Reads a private copy, because opening
 * the file itself can change it, and creates files beside it. Rejects when it cannot be read.
 */
export async function readPinnedApprover(path: string): Promise<string | null> {
  if (!usableFileExists(path, WORLD_FORMAT)) return null;
  const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-'));
  try {
    const copy = join(folder, 'world.db');
    for (const suffix of ['', '-wal'])
      if (existsSync(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`);
    return await whileOpen((await engine()).connect(copy, 0), (db) => {
      const row = db.prepare('SELECT approver FROM identity').get() as { approver: string | null } | undefined;
      return row?.approver ?? null;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
