import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { SCOPES } from '../../src/transports/http/auth/scopes.ts';
import { stateDirectory } from '../approval/support.ts';
import { person, tokens } from '../http/people.ts';
import { closeAll, product } from '../http/support.ts';
import { freePort } from '../support/free-port.ts';
import { type BrowserOfAlice, browserOfAlice } from './browser.ts';
import { inspector } from './inspector.ts';
import { describeClient, installed } from './installed.ts';
import { throughMcpRemote } from './mcp-remote.ts';
import { asThirdParty, codeIn, expectWholeSession } from './third-party.ts';

afterEach(closeAll);

const DOCUMENT = 'https://client.example/metadata.json';

/** An authorization server, a server that accepts its tokens, and a person who approves on the page of that server. */
async function opened(callback: string) {
  const client = {
    client_id: DOCUMENT,
    client_name: 'A client with a document',
    redirect_uris: [callback],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  };
  const script = installed('../authorization-server.mjs');
  const issuer = spawn(process.execPath, [script, Object.keys(SCOPES).join(' '), JSON.stringify(client)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void issuer.kill());
  const authIssuer = await new Promise<string>((resolve) => {
    createInterface({ input: issuer.stdout }).once('line', resolve);
  });
  const people = tokens({ ann: ['finspace:approve'] });
  const { url } = await product({ world: 'demo', authIssuer, authTokens: people.file });
  const approve = async (refusal: string) => {
    const ann = person(url);
    await ann.signIn(people.ann);
    const { text } = await ann.decide(codeIn(refusal), { act: 'approve', name: 'hdb-uat' });
    expect(text).toContain('<h1>Approved</h1>');
  };
  return { url, approve, alice: browserOfAlice() };
}

/** A client signs in to read, and again before its first delete. It requests neither `finspace:secrets` nor `finspace:approve`. */
function expectStepUp({ visited }: BrowserOfAlice, url: string, clientId: unknown) {
  const asked = visited.map((page) => Object.fromEntries(new URL(page).searchParams));
  const usual = { response_type: 'code', code_challenge_method: 'S256', resource: url, client_id: clientId };
  expect(asked).toEqual([
    expect.objectContaining({ ...usual, scope: 'finspace:read offline_access' }),
    expect.objectContaining({ ...usual, scope: 'finspace:read finspace:write finspace:destroy offline_access' }),
  ]);
}

describeClient('a whole login at an authorization server', { timeout: 480_000 }, () => {
  it('by mcp-remote, which registers itself', async () => {
    const { url, approve, alice } = await opened('http://127.0.0.1:1/');
    const session = await throughMcpRemote(url, { home: stateDirectory(), onPrinted: alice.reads });
    await expectWholeSession(asThirdParty(session), approve);
    expectStepUp(alice, url, expect.stringMatching(/^[\w-]{20,}$/));
  });

  it('by MCP Inspector, with a client ID metadata document', async () => {
    const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`;
    const { url, approve, alice } = await opened(callback);
    const client = inspector({
      server: { type: 'streamable-http', url, oauth: { scopes: 'finspace:read' } },
      home: stateDirectory(),
      args: ['--client-metadata-url', DOCUMENT, '--callback-url', callback],
      onPrompt: (printed) => {
        alice.reads(printed);
        return printed.trimEnd().endsWith('[y/N]') ? 'y' : undefined;
      },
    });
    await expectWholeSession(client, approve);
    expectStepUp(alice, url, DOCUMENT);
  });
});
