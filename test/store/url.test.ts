import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storeTarget } from '../../src/store/postgres/target.ts';
import { storeUrlProblem } from '../../src/store/url.ts';

describe('the URL of a store', () => {
  it.each([
    ['postgres://user:12?s3cret@host/db', 'has @ after the host'],
    ['postgres://user:7/s3cret@host/db', 'has @ after the host'],
    ['postgres://user:7#s3cret@host/db', 'has @ after the host'],
    ['postgres://user:p@/s3cret@host/db', 'has @ after the host'],
    ['postgres://user:s3cret/1@host/db', 'expects a URL'],
    ['postgres://user:s3cret%@host/db', 'has % that begins no encoded character'],
    ['postgres://s3cret%zz@host/db', 'has % that begins no encoded character'],
    ['postgres://user@host/s3cret%ff', 'has % that begins no encoded character'],
    ['postgres://user@host/db?s3cret=1', 'has an unknown parameter; known are host, port'],
    ['postgres://user@host/db?sslmode=s3cret', 'sslmode: expects one of'],
  ])('is rejected without repeating any part that may belong to a password: %s', (url, problem) => {
    expect(storeUrlProblem(url)).toContain(problem);
    expect(storeUrlProblem(url)).not.toContain('s3cret');
  });

  it('may contain every password whose special characters are encoded', () => {
    const url = 'postgres://user:%2F%3F%23%40%25@host/db?sslmode=disable';
    expect(storeUrlProblem(url)).toBeUndefined();
    expect(storeTarget(url, {})).toMatchObject({ name: 'host:5432/db', client: { password: '/?#@%' } });
  });

  it.each(['postgres:///db', 'postgres://me@/db', 'postgres://me:secret@/db'])(
    'without a host names that of PGHOST, with TLS, or else this machine, without TLS: %s',
    (url) => {
      expect(storeUrlProblem(url)).toBeUndefined();
      const { name, client } = storeTarget(url, { PGHOST: 'db.internal' });
      expect(name).toBe('db.internal:5432/db');
      expect(client).toMatchObject({ host: 'db.internal', ssl: { rejectUnauthorized: true } });
      expect(storeTarget(url, {})).toMatchObject({ name: 'localhost:5432/db', client: { ssl: false } });
    },
  );

  it('without a user names the user of the system and the database of that name, as for libpq', () => {
    const { username } = userInfo();
    const { name, client } = storeTarget('postgres://localhost', {});
    expect([name, client.user]).toEqual([`localhost:5432/${username}`, username]);
  });

  it('may contain the encoded path of a socket, as parameter or as host', () => {
    for (const url of ['postgres://user@/db?host=%2Ftmp%2Fa%40b', 'postgres://user@%2Ftmp%2Fa%40b/db']) {
      expect(storeUrlProblem(url)).toBeUndefined();
      expect(storeTarget(url, {}).client.host).toBe('/tmp/a@b');
    }
  });
});

// Expected: what PQpass of libpq 15 returns for the same lines.
it.each([
  ['h1:5432:db:u:pa:ss', 'pa'],
  [String.raw`h1:5432:db:u:a\:b\\c`, String.raw`a:b\c`],
  [String.raw`h1:5432:db:u:a\bc`, 'abc'],
  [String.raw`h1:5432:db:u:a\\:b`, 'a\\'],
  ['h1:5432:db:u:tail\\', 'tail\\'],
  [String.raw`h\1:5432:db:u:found`, 'found'],
  ['h1:5432:db:u:', ''],
  ['h1:5432:db:u', ''],
])('PGPASSFILE with %s gives the password that libpq finds', (line, password) => {
  const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-passfile-'));
  const PGPASSFILE = join(folder, 'pgpass');
  writeFileSync(PGPASSFILE, `${line}\n`, { mode: 0o600 });
  const { client } = storeTarget('postgres://u@h1/db?sslmode=disable', { PGPASSFILE });
  expect((client.password as () => string)()).toBe(password);
  rmSync(folder, { recursive: true });
});
