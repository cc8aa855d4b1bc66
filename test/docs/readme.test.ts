import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { README, withTables } from '../../scripts/readme.ts';

it('has the tables that the catalog and the settings give (npx tsx scripts/readme.ts makes them anew)', () => {
  const readme = readFileSync(README, 'utf8');
  expect(withTables(readme)).toBe(readme);
});
