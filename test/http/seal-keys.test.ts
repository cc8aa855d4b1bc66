import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sealKeys } from '../../src/transports/shared/seal-keys.ts';

const KEY = randomBytes(32);

function keyFile(mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'seal-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'seal-keys');
  writeFileSync(path, `${KEY.toString('base64')}\n`);
  chmodSync(path, mode);
  return path;
}

describe.skipIf(process.platform === 'win32')('a file of seal keys', () => {
  it.each([
    ['0400, a systemd credential that the user of the service owns', 0o400],
    ['0440, a systemd credential of root with an access list: its mask shows as the rights of the group', 0o440],
    ['0640, of root and the group of the service', 0o640],
    ['0600', 0o600],
  ])('is accepted with mode %s', (_, mode) => {
    expect(sealKeys(keyFile(mode))).toEqual([KEY]);
  });

  it.each([0o444, 0o604, 0o602, 0o641])('is rejected with mode %o, which lets every user access it', (mode) => {
    expect(() => sealKeys(keyFile(mode))).toThrow(/every user of this machine can access it.*chmod o-rwx/);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'that root owns can be used by a process that may read it through its group only',
    () => {
      const path = keyFile(0o440);
      const [uid, gid] = [65_533, 65_532];
      chmodSync(join(path, '..'), 0o755);
      const read = () =>
        spawnSync(process.execPath, ['-e', `process.stdout.write(require('fs').readFileSync('${path}'))`], {
          uid,
          gid,
        });
      expect(read().status).not.toBe(0);
      chownSync(path, 0, gid);
      expect(read().stdout.toString().trim()).toBe(KEY.toString('base64'));
      expect(sealKeys(path)).toEqual([KEY]);
    },
  );
});
