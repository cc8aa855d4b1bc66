import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../sqlite/store-error.ts';

/** The newest entry of the journal that this replica saw, on its own disk, so that it recognizes a store that was restored. */
export interface Position {
  /** `generation sequence hash`; empty when it has seen none. */
  readonly newest: () => string;
  /** Remembers a position unless a newer one is known. */
  saw(position: string): void;
}

const FILE = 'store-position.json';

/** Throws `StoreError` if a state directory belongs to a shared store, so that no server writes to it meanwhile. */
export function requireLocal(stateDir: string): void {
  const path = join(stateDir, FILE);
  const store = remembered(path)?.store;
  if (store !== undefined)
    throw new StoreError(
      `${path}: this state directory belongs to the shared store ${store}. Add --store, or remove the file to leave that store.`,
    );
}

/**
 * The position of a replica in a store. Only one that serves writes it to its state directory. Throws `StoreError` if the directory
 * belongs to another store.
 */
export function positionIn(stateDir: string, store: string, serves: boolean): Position {
  const path = join(stateDir, FILE);
  const known = remembered(path);
  if (known !== undefined && known.store !== store)
    throw new StoreError(
      `${path}: this replica belongs to the store ${known.store}, and --store is ${store}. Remove the file if it was replaced on purpose.`,
    );
  let newest = known?.position ?? '';
  return {
    newest: () => newest,
    saw: (position) => {
      if (!isNewer(position, newest)) return;
      newest = position;
      if (!serves) return;
      mkdirSync(stateDir, { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.new`, `${JSON.stringify({ store, position })}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
  };
}

/** Within a generation, by sequence. Another generation is newer, because the database refuses those that it does not know. */
function isNewer(position: string, than: string): boolean {
  const [generation, sequence] = position.split(' ');
  const [known, reached] = than.split(' ');
  return generation !== known || Number(sequence) > Number(reached);
}

function remembered(path: string): { readonly store: string; readonly position: string } | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const { store, position } = JSON.parse(text) as Record<string, unknown>;
    if (typeof store === 'string' && typeof position === 'string') return { store, position };
  } catch {
    // The same as a file with other content.
  }
  throw new StoreError(
    `${path}: is damaged. Restore it, or remove it after you have made sure that the store was not restored.`,
  );
}
