import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { did, failedTo } from '../support/session-calls.ts';
import { closeAll, HTTP_HOSTS, product } from './support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'finspace-http-faults-'));
});
afterEach(async () => {
  await closeAll();
  rmSync(folder, { recursive: true, force: true });
});

it.each(HTTP_HOSTS)('$name reports the injected faults of the embedded service', async ({ connect }) => {
  const faults = join(folder, 'faults.json');
  writeFileSync(faults, '{"rules":[{"operation":"ListKxEnvironments","every":2,"error":"Validation","message":"No"}]}');
  const session = await connect((await product({ faults })).url);
  await did(session, 'list_kx_environments');
  expect(await failedTo(session, 'list_kx_environments')).toContain('ValidationException (HTTP 400)');
  await did(session, 'list_kx_environments');
});
