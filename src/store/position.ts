import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { StoreError } from '../sqlite/store-error.ts';
import { positionFile, readPositionFile } from './position-file.ts';
import type { StoreOptions } from './store.ts';

/** The newest entry of the journal that this replica saw, on its own disk, so that it recognizes a store that was restored. */
export interface Position {
  /** `generation sequence hash`; empty when it has seen none. */
  readonly newest: () => string;
  /** Remembers a position unless a newer one is known. The entry is already committed, so errors only go to `onerror`. */
  advance(position: string): void;
}

interface PositionOptions extends StoreOptions {
  /** The id of the store. */
  readonly store: string;
}

/**
 * The position of a replica in a store. Only one that serves writes it to its state directory. Throws `StoreError` if the directory
 * belongs to another store.
 */
export function storePosition({ stateDir, store, serves, onerror }: PositionOptions): Position {
  const path = positionFile(stateDir);
  const stored = storedPosition(path, store);
  let newest = stored ?? '';
  /** What is in the file, as far as this process knows. */
  let inFile = newest;
  const writeFile = () => {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const present = storedPosition(path, store) ?? '';
    // Another process of this state directory may have moved on to a generation that this one has not seen: then its position stays.
    const generation = generationOf(newest);
    const wasMovedOnByAnother =
      present !== '' && generationOf(present) !== generation && generationOf(inFile) === generation;
    if (wasMovedOnByAnother) return;
    if (isNewer(newest, present)) replace(path, `${JSON.stringify({ store, position: newest })}\n`);
    inFile = newest;
  };
  return {
    newest: () => newest,
    advance: (position) => {
      if (isNewer(position, newest)) newest = position;
      if (!serves) return;
      try {
        writeFile();
      } catch (error) {
        onerror(new StoreError(`${path}: the newest position cannot be kept: ${(error as Error).message}`));
      }
    },
  };
}

/** The position that a file keeps. Throws `StoreError` if it belongs to another store. */
function storedPosition(path: string, store: string): string | undefined {
  const stored = readPositionFile(path);
  if (stored !== undefined && stored.store !== store)
    throw new StoreError(
      `${path}: this replica belongs to the store ${stored.store}, and --store is ${store}. If the store was replaced on purpose, remove this file.`,
    );
  return stored?.position;
}

/** Replaces a file at once, whatever other processes do at the same time. */
function replace(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

const generationOf = (position: string) => position.split(' ')[0];

/** Within a generation, by sequence. Another generation is newer, because the database refuses those that it does not know. */
function isNewer(position: string, known: string): boolean {
  const [generation, sequence] = position.split(' ');
  const [knownGeneration, reached] = known.split(' ');
  return generation !== knownGeneration || Number(sequence) > Number(reached);
}
