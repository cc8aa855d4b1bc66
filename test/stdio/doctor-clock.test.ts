import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clockFinding } from '../../src/commands/doctor-state.ts';
import { configure } from '../../src/config.ts';

test.each([
  ['state.db', 'failed'],
  ['state.db-wal', 'failed'],
  ['world.db', 'ok'],
])('the finding about the clock, if %s was written later than now, is %s', (name, status) => {
  const stateDir = mkdtempSync(join(tmpdir(), 'finspace-doctor-clock-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true }));
  const now = Date.UTC(2026, 2, 17);
  const later = new Date(now + 3_600_000);
  writeFileSync(join(stateDir, name), '');
  utimesSync(join(stateDir, name), later, later);
  const config = configure({ stateDir, state: join(stateDir, 'world.db') }, {});
  expect(clockFinding(config, now)).toMatchObject({ check: 'clock', status });
});
