import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openHttp } from '../../src/commands/http.ts';
import { configure, type SettingName } from '../../src/config.ts';
import { freePort } from '../support/free-port.ts';
import { issuer } from './issuer.ts';
import { closeAll, closing, modern } from './support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'finspace-readiness-'));
});
afterEach(async () => {
  await closeAll();
  rmSync(folder, { recursive: true, force: true });
});

/** A server, what it logs as warnings, and its `/readyz`. */
async function started(settings: Partial<Record<SettingName, unknown>>, now?: () => number) {
  const warnings: object[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    error: () => {},
    warn: (fields: object) => void warnings.push(fields),
  };
  const config = configure({ state: ':memory:', world: 'empty', port: 0, ...settings }, {});
  const server = closing(await openHttp(config, log, { now }));
  const base = `http://127.0.0.1:${server.port}`;
  const ready = async () => {
    const response = await fetch(`${base}/readyz`);
    return [response.status, await response.text()];
  };
  return { url: `${base}/mcp`, warnings, ready };
}

describe('an issuer that does not answer', () => {
  it('is reported at start, in /readyz and to clients, with the cause', async () => {
    const authIssuer = `http://127.0.0.1:${await freePort()}`;
    const { url, warnings, ready } = await started({ authIssuer });
    const cause = `the issuer ${authIssuer} does not answer (ECONNREFUSED)`;
    expect(await ready()).toEqual([503, expect.stringContaining(cause)]);
    await expect.poll(() => warnings).toContainEqual({ cause });
    const response = await modern(url, 'tools/list', {}, { authorization: 'Bearer e30.e30.e30' });
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('The keys of the token issuer are not available: ECONNREFUSED');
  });

  it('is reported with the issuer that its metadata names, if that is another one', async () => {
    const as = await issuer(() => 'unused');
    as.publish({ issuer: `${as.url}/` });
    const { ready } = await started({ authIssuer: as.url });
    const cause = `its metadata names the issuer "${as.url}/", which --auth-issuer must equal`;
    expect(await ready()).toEqual([503, expect.stringContaining(cause)]);
  });

  it.each(['http://[', 'ftp://keys.example', ''])(
    'is reported if its metadata has the jwks_uri "%s"',
    async (jwks_uri) => {
      const as = await issuer(() => 'unused');
      as.publish({ jwks_uri });
      const { ready } = await started({ authIssuer: as.url });
      expect(await ready()).toEqual([503, expect.stringContaining('its metadata has no usable jwks_uri')]);
    },
  );

  it('is no longer reported once it answers', async () => {
    let now = Date.now();
    const as = await issuer(() => 'unused');
    as.outage(true);
    const { ready } = await started({ authIssuer: as.url }, () => now);
    expect(await ready()).toEqual([
      503,
      expect.stringContaining(`the issuer ${as.url} does not answer (HTTP 503 for its metadata)`),
    ]);
    as.outage(false);
    now += 5_000;
    expect(await ready()).toEqual([200, 'ready\n']);
  });

  it('is no longer reported once it answers, even if the clock was set back meanwhile', async () => {
    let now = Date.now();
    const as = await issuer(() => 'unused');
    as.outage(true);
    const { ready } = await started({ authIssuer: as.url }, () => now);
    expect((await ready())[0]).toBe(503);
    as.outage(false);
    now -= 3_600_000;
    expect(await ready()).toEqual([200, 'ready\n']);
  });

  it('is also reported for keys with a configured URL', async () => {
    const as = await issuer(() => 'unused');
    as.outage(true);
    const { ready } = await started({ authIssuer: as.url, authJwks: `${as.url}/keys` });
    expect(await ready()).toEqual([
      503,
      expect.stringContaining(`the issuer ${as.url} does not answer (HTTP 503 for its keys)`),
    ]);
  });

  it('is reported in /readyz and to clients if it sends JSON that is not a set of keys', async () => {
    const as = await issuer(() => 'unused');
    const authJwks = `${as.url}/.well-known/oauth-authorization-server`;
    const { url, ready } = await started({ authIssuer: as.url, authJwks });
    expect(await ready()).toEqual([503, expect.stringContaining('JSON Web Key Set malformed')]);
    const response = await modern(url, 'tools/list', {}, { authorization: `Bearer ${await as.token()}` });
    expect(response.status).toBe(503);
    expect(await response.text()).toContain(
      'The keys of the token issuer are not available: JSON Web Key Set malformed',
    );
  });

  it('is not reported once its keys are cached', async () => {
    let now = Date.now();
    let url = '';
    const as = await issuer(() => url);
    const server = await started({ authIssuer: as.url }, () => now);
    url = server.url;
    const authorization = `Bearer ${await as.token({ scope: 'finspace:read' })}`;
    const params = { name: 'list_kx_environments', arguments: {} };
    expect((await modern(url, 'tools/call', params, { authorization })).status).toBe(200);
    as.outage(true);
    now += 5_000;
    expect(await server.ready()).toEqual([200, 'ready\n']);
  });

  it('is reported again when its cached keys are too old to count', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    let url = '';
    const as = await issuer(() => url);
    const server = await started({ authIssuer: as.url });
    url = server.url;
    const headers = { authorization: `Bearer ${await as.token({ exp: Math.floor(Date.now() / 1_000) + 3_600 })}` };
    expect((await modern(url, 'tools/list', {}, headers)).status).toBe(200);
    as.outage(true);
    vi.setSystemTime(Date.now() + 11 * 60_000);
    expect((await modern(url, 'tools/list', {}, headers)).status).toBe(503);
    expect(await server.ready()).toEqual([503, expect.stringContaining(`the issuer ${as.url} does not answer`)]);
  });
});

it('a backend that does not answer is reported in /readyz by its error code only', async () => {
  const faults = join(folder, 'faults.json');
  const rule = { operation: 'ListKxEnvironments', error: 'AccessDenied', message: 'account 111122223333' };
  writeFileSync(faults, JSON.stringify({ rules: [rule] }));
  const { ready } = await started({ faults });
  expect(await ready()).toEqual([503, 'not ready: the backend does not answer (AccessDenied)\n']);
});
