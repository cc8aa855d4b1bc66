import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openState } from '../../../src/safety/state.ts';

/** One state file, opened twice, as by two processes. */
export async function openTwice() {
  const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-state-'));
  const path = join(folder, 'state.db');
  const [one, another] = [await openState(path), await openState(path)];
  return {
    one,
    another,
    close: async () => {
      for (const state of [one, another]) await state.close();
      rmSync(folder, { recursive: true });
    },
  };
}
