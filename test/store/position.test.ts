import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { storePosition } from '../../src/store/position.ts';
import { refuseSharedStateDir } from '../../src/store/position-file.ts';

let folder: string;
let errors: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'position-'));
  errors = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FILE = 'store-position.json';
const open = (stateDir = folder) =>
  storePosition({ stateDir, store: 'store', serves: true, onerror: ({ message }) => void errors.push(message) });
const kept = () => JSON.parse(readFileSync(join(folder, FILE), 'utf8')).position;

it('a stored position never goes backwards when two processes share a state directory', () => {
  const [one, two] = [open(), open()];
  one.advance('g1 5 five');
  two.advance('g1 3 three');
  expect(kept()).toBe('g1 5 five');
  two.advance('g1 6 six');
  expect(kept()).toBe('g1 6 six');
  two.advance('g2 1 one');
  one.advance('g1 7 seven');
  expect(kept()).toBe('g2 1 one');
  one.advance('g2 2 two');
  expect(kept()).toBe('g2 2 two');
  expect(readdirSync(folder)).toEqual([FILE]);
  expect(errors).toEqual([]);
});

it('a position is not written through a file that another process may be writing', () => {
  writeFileSync(join(folder, `${FILE}.new`), 'of another process');
  open().advance('g1 1 one');
  expect(kept()).toBe('g1 1 one');
  expect(readFileSync(join(folder, `${FILE}.new`), 'utf8')).toBe('of another process');
});

it('a position that cannot be written is kept in memory, and written when the position is next advanced', () => {
  const blocked = join(folder, 'blocked');
  writeFileSync(blocked, '');
  const position = open(blocked);
  position.advance('g1 1 one');
  expect(position.newest()).toBe('g1 1 one');
  expect(errors).toEqual([expect.stringContaining('the newest position cannot be kept')]);
  rmSync(blocked);
  position.advance('g1 1 one');
  expect(open(blocked).newest()).toBe('g1 1 one');
});

it('the position of another store is not replaced', () => {
  const one = open();
  const text = JSON.stringify({ store: 'other', position: 'g9 1 one' });
  writeFileSync(join(folder, FILE), text);
  one.advance('g1 1 one');
  expect(errors).toEqual([expect.stringContaining('belongs to the store other')]);
  expect(readFileSync(join(folder, FILE), 'utf8')).toBe(text);
});

it('a position file that cannot be read is rejected, and does not count as missing', () => {
  mkdirSync(join(folder, FILE));
  const unreadable = expect.objectContaining({
    name: 'StoreError',
    message: expect.stringContaining('cannot be read (EISDIR)'),
  });
  expect(() => open()).toThrow(unreadable);
  expect(() => refuseSharedStateDir(folder)).toThrow(unreadable);
});
