import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { read } from '../docs/pages.ts';
import { type Subscribing, subscribe } from '../resources/watchers.ts';
import { SKIPPED } from '../store/cluster.ts';
import { startStores, type TestStores } from '../store/shared-store.ts';
import { freePort } from '../support/free-port.ts';
import { bearer, callTool, codeIn, person } from './people.ts';
import { closeAll, HTTP_HOSTS, type HttpHost } from './support.ts';
import { type Deployment, startDeployment } from './three-replicas.ts';

afterEach(closeAll);

const hasNginx = () => {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const NGINX = hasNginx();

/** Distributes the requests of all clients over the replicas, in turn; connections instead of requests where there is no nginx. */
async function balanced(deployment: Deployment): Promise<string> {
  const ports = deployment.replicas.map(({ url }) => Number(new URL(url).port));
  const port = NGINX ? await nginx(deployment.folder, ports) : await proxy(ports);
  const url = `http://127.0.0.1:${port}`;
  await expect.poll(() => fetch(`${url}/healthz`).then(({ status }) => status, String)).toBe(200);
  return `${url}/mcp`;
}

/** The configuration of `deploy/nginx.conf`, without its affinity. */
async function nginx(folder: string, ports: readonly number[]): Promise<number> {
  const port = await freePort();
  const servers = ports.map((each) => `server 127.0.0.1:${each};`).join(' ');
  const text = read('deploy/nginx.conf')
    .replaceAll('/tmp/', `${folder}/`)
    .replace(/hash [^;]+;/, '')
    .replace(/server replica-1:8080;\s+server replica-2:8080;/, servers)
    .replace('listen 8080', `listen 127.0.0.1:${port}`);
  expect(text).toContain(servers);
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, text);
  const args = ['-c', config, '-p', folder, '-e', 'stderr', '-g', 'daemon off;'];
  const child = spawn('nginx', args, { stdio: ['ignore', 'ignore', 'ignore'] });
  onTestFinished(() => void child.kill('SIGTERM'));
  return port;
}

async function proxy(ports: readonly number[]): Promise<number> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((client) => {
    const attempt = (tries: number) => {
      turn += 1;
      const upstream = connect(ports[turn % ports.length] as number, '127.0.0.1');
      for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
      upstream.once('error', () => (tries < ports.length ? attempt(tries + 1) : client.destroy()));
      upstream.once('connect', () => {
        client.pipe(upstream).pipe(client);
        client.once('close', () => upstream.destroy());
        upstream.once('close', () => client.destroy());
      });
    };
    attempt(1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe.skipIf(SKIPPED !== '')(
  `three replicas behind a proxy that takes turns ${SKIPPED}`,
  { timeout: 300_000 },
  () => {
    let stores: TestStores;
    beforeAll(async () => {
      stores = await startStores();
    }, 120_000);
    afterAll(() => stores.stop(), 120_000);

    it('accept an approval at one for a call to another, notify all subscribers, and continue when one is killed', async () => {
      const deployment = await startDeployment(stores);
      const { environmentId, replicas, service, ann, as } = deployment;
      const url = await balanced(deployment);
      const [agent] = deployment.agents as [string];
      const uri = `finspace://kx/environments/${environmentId}/databases`;
      const heard = await Promise.all(
        replicas.map(async (replica) => {
          const session = await (HTTP_HOSTS[2] as HttpHost).connect(replica.url, { headers: bearer(agent) });
          return (await subscribe(session as Subscribing, true, uri)).heard;
        }),
      );
      const remove = async (databaseName: string) => {
        const target = { environmentId, databaseName };
        await callTool(url, 'create_kx_database', target, as(agent));
        const code = codeIn(await callTool(url, 'delete_kx_database', target, as(agent)));
        const page = person(url);
        const shown = await page.signIn(ann, code);
        const decided = await page.decide(code, { act: 'approve', name: databaseName }, shown);
        expect(decided.text).toContain('<h1>Approved</h1>');
        return callTool(url, 'delete_kx_database', target, as(agent));
      };
      for (const name of ['one', 'two', 'three']) expect((await remove(name)).isError).not.toBe(true);
      const updated = `notifications/resources/updated ${uri}`;
      for (const each of heard) await expect.poll(() => each).toContain(updated);
      await replicas[1]?.kill();
      for (const each of heard) each.length = 0;
      for (const name of ['four', 'five', 'six']) expect((await remove(name)).isError).not.toBe(true);
      for (const at of [0, 2]) await expect.poll(() => heard[at]).toContain(updated);
      const once = Object.fromEntries(['one', 'two', 'three', 'four', 'five', 'six'].map((name) => [name, 1]));
      expect(Object.fromEntries(service.deleted)).toEqual(once);
      expect(Object.fromEntries(await deployment.begun())).toEqual(once);
    });
  },
);
