import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initStore } from '../../src/store/postgres/administration.ts';
import { freePort } from '../support/free-port.ts';
import { CLI } from '../support/hosts.ts';
import { type Cluster, SKIPPED, startCluster } from './cluster.ts';

const LACKING = spawnSync('openssl', ['version']).status === 0 ? SKIPPED : 'SKIPPED: openssl is not installed';
const PASSWORD = 'ocean:47\\reef';

/** Who may connect by TCP: two users by TLS only, one with a password and one with a certificate. */
const ACCESS = `local all all trust
hostssl all by_password 127.0.0.1/32 scram-sha-256
hostssl all by_certificate 127.0.0.1/32 cert
`;

describe.skipIf(LACKING !== '')(`a store that is reached by TLS ${LACKING}`, { timeout: 60_000 }, () => {
  let cluster: Cluster;
  let folder: string;
  let port: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'store-tls-'));
    authority('ca');
    authority('stranger');
    issue('server', '/CN=localhost', 'subjectAltName=DNS:localhost');
    issue('client', '/CN=by_certificate', 'extendedKeyUsage=clientAuth');
    cluster = await startCluster();
    await initStore(await cluster.create('fleet'), { createsRole: true });
    await cluster.query('fleet', `SET password_encryption = 'scram-sha-256'`);
    for (const login of [`by_password PASSWORD '${PASSWORD}'`, 'by_certificate'])
      await cluster.query('fleet', `CREATE ROLE ${login} LOGIN IN ROLE finspace_mcp_server`);
    port = await freePort();
    await cluster.stop();
    const { uid, gid } = statSync(join(cluster.folder, 'data'));
    for (const file of ['server.crt', 'server.key', 'ca.crt']) {
      execFileSync('cp', [at(file), cluster.folder]);
      chownSync(join(cluster.folder, file), uid, gid);
      chmodSync(join(cluster.folder, file), 0o600);
    }
    writeFileSync(join(cluster.folder, 'data', 'pg_hba.conf'), ACCESS);
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      ssl: 'on',
      ssl_cert_file: join(cluster.folder, 'server.crt'),
      ssl_key_file: join(cluster.folder, 'server.key'),
      ssl_ca_file: join(cluster.folder, 'ca.crt'),
    };
    await cluster.start(
      Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    );
  }, 60_000);
  afterAll(async () => {
    await cluster.remove();
    rmSync(folder, { recursive: true });
  }, 60_000);

  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = (name: string) => [
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', at(`${name}.key`)],
  ];
  /** Creates a certificate authority. */
  const authority = (name: string) =>
    openssl('req', '-x509', ...newKey(name), '-days', '2', '-subj', `/CN=${name}`, '-out', at(`${name}.crt`));
  /** Creates a key, with a certificate of the authority `ca`. */
  const issue = (name: string, subject: string, extension: string) => {
    openssl('req', ...newKey(name), '-subj', subject, '-out', at(`${name}.csr`));
    writeFileSync(at(`${name}.ext`), `${extension}\n`);
    const by = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at(`${name}.ext`)];
    openssl('x509', '-req', '-in', at(`${name}.csr`), ...by, '-days', '2', '-out', at(`${name}.crt`));
  };

  const status = (query: Record<string, string>, { user = 'by_password', host = 'localhost', env = {} } = {}) => {
    const url = `postgres://${user}@${host}:${port}/fleet?${new URLSearchParams(query)}`;
    const { stdout, stderr } = spawnSync(process.execPath, [CLI, 'store', 'status', '--store', url], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder, ...env },
    });
    return { stdout, stderr };
  };
  const passwordFile = (
    mode: number,
    line = `localhost:*:fleet:by_password:${PASSWORD.replaceAll(/[:\\]/g, '\\$&')}`,
  ) => {
    writeFileSync(at('pgpass'), `# who may\nother:*:*:*:wrong\n${line}\n`);
    chmodSync(at('pgpass'), mode);
    return { env: { PGPASSFILE: at('pgpass') } };
  };
  const verified = () => ({ sslmode: 'verify-full', sslrootcert: at('ca.crt') });
  const ANSWERS = expect.stringMatching(/^Store [0-9a-f-]{36}, version 3, in PostgreSQL /);

  it('accepts the password in the file that PGPASSFILE names', () => {
    expect(status(verified(), passwordFile(0o600))).toEqual({ stdout: ANSWERS, stderr: '' });
  });

  it('accepts TLS settings and the password from the environment', () => {
    const env = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: at('ca.crt'), PGPASSWORD: PASSWORD };
    expect(status({}, { env })).toEqual({ stdout: ANSWERS, stderr: '' });
  });

  it('identifies the user by a certificate instead of a password', () => {
    const client = { sslcert: at('client.crt'), sslkey: at('client.key') };
    expect(status({ ...verified(), ...client }, { user: 'by_certificate' })).toEqual({ stdout: ANSWERS, stderr: '' });
  });

  it('is accepted under another host name with verify-ca, and not with verify-full', () => {
    const byAddress = { host: '127.0.0.1', env: { PGPASSWORD: PASSWORD } };
    expect(status({ ...verified(), sslmode: 'verify-ca' }, byAddress).stdout).toEqual(ANSWERS);
    expect(status(verified(), byAddress).stderr).toContain('has a certificate for another host name');
  });

  it.each([
    [
      'a password file that others can read',
      () => [verified(), passwordFile(0o644)],
      'requires a password, and none is set',
    ],
    ['a wrong password', () => [verified(), { env: { PGPASSWORD: 'reef' } }], 'does not accept this user or password'],
    [
      'the root certificate of another authority',
      () => [{ ...verified(), sslrootcert: at('stranger.crt') }, passwordFile(0o600)],
      'has a certificate that this server cannot verify',
    ],
    [
      'no root certificate',
      () => [{ sslmode: 'verify-full' }, passwordFile(0o600)],
      'has a certificate that this server cannot verify',
    ],
    [
      'no TLS',
      () => [{ sslmode: 'disable' }, passwordFile(0o600)],
      'does not accept this user from this machine without TLS',
    ],
    [
      'a root certificate that cannot be read',
      () => [{ ...verified(), sslrootcert: at('none.crt') }, {}],
      'none.crt cannot be read',
    ],
  ] as [string, () => Parameters<typeof status>, string][])('is rejected in one line with %s', (_, given, says) => {
    const { stdout, stderr } = status(...given());
    expect(stdout).toBe('');
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('reef');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
