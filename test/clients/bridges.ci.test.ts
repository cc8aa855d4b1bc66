import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, it, onTestFinished } from 'vitest';
import { initApprover } from '../../src/safety/approver.ts';
import { approvesAt, NO_PTY, openTerminal } from '../approval/pty.ts';
import { PASSPHRASE, stateDirectory } from '../approval/support.ts';
import { bearer, tokens } from '../http/people.ts';
import { closeAll, HTTP_HOSTS, type HttpHost, product } from '../http/support.ts';
import { freePort } from '../support/free-port.ts';
import { CLI, type Person, type Session } from '../support/hosts.ts';
import { describeClient, installed } from './installed.ts';
import { throughMcpRemote } from './mcp-remote.ts';
import { asThirdParty, behindBridge, codeIn, expectWholeSession } from './third-party.ts';

afterEach(closeAll);

const [v1, , v2026] = HTTP_HOSTS as readonly HttpHost[];

/** Serves the stdio server of a state directory over HTTP at the URL that it returns. */
async function supergateway(dir: string, ...args: string[]): Promise<string> {
  const port = await freePort();
  const server = [process.execPath, CLI, '--state-dir', dir, '--lifecycle', 'instant', '--log-level', 'warn'];
  const line = ['--stdio', server.map((word) => `'${word}'`).join(' '), '--port', String(port), ...args];
  const gateway = spawn(process.execPath, [installed('supergateway/dist/index.js'), ...line], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void gateway.kill());
  await new Promise<void>((resolve) => {
    createInterface({ input: gateway.stdout }).on('line', (line) => {
      if (line.includes('Listening on port')) resolve();
    });
  });
  return `http://127.0.0.1:${port}`;
}
const HTTP = ['--outputTransport', 'streamableHttp'];

describeClient('supergateway', { timeout: 480_000 }, () => {
  it.each([
    ['a session over SSE', ['--outputTransport', 'sse'], overSse],
    ['a session over Streamable HTTP', [...HTTP, '--stateful'], overHttp(v1)],
    ['requests of 2026-07-28', HTTP, overHttp(v2026)],
  ])('forwards forms: %s', async (_, args, connect) => {
    const { person, approve } = behindBridge();
    const session = await connect(await supergateway(stateDirectory(), ...args), person);
    await expectWholeSession(asThirdParty(session), approve);
  });

  it.skipIf(NO_PTY !== undefined)('uses approvals from a terminal in another process', async () => {
    const dir = stateDirectory();
    await initApprover(dir, PASSPHRASE);
    const session = await overHttp(v1)(await supergateway(dir, ...HTTP));
    await expectWholeSession(asThirdParty(session), async (refusal) => {
      const person = openTerminal('approve', codeIn(refusal), '--state-dir', dir);
      await approvesAt(person, 'hdb-uat', PASSPHRASE);
    });
  });
});

describeClient('mcp-remote', { timeout: 480_000 }, () => {
  it.each(['legacy', 'auto'])('forwards forms and a fixed token, with --protocol %s', async (protocol) => {
    const people = tokens({ ann: ['finspace:destroy', 'finspace:approve'] });
    const { url } = await product({ world: 'demo', authTokens: people.file });
    const { person, approve } = behindBridge();
    const header = `Authorization:${bearer(people.ann).authorization}`;
    const args = ['--header', header, '--protocol', protocol];
    const session = await throughMcpRemote(url, { home: stateDirectory(), args, person });
    await expectWholeSession(asThirdParty(session), approve);
  });
});

function overHttp(host: HttpHost | undefined) {
  return (url: string, person?: Person) => (host as HttpHost).connect(`${url}/mcp`, { person });
}

async function overSse(url: string, person: Person): Promise<Session> {
  const client = new Client({ name: 'test-host', version: '1.0.0' }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => person(params.message));
  onTestFinished(() => client.close());
  await client.connect(new SSEClientTransport(new URL(`${url}/sse`)));
  return client as unknown as Session;
}
