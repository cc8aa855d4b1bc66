import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import { openLocalService } from '../../src/local/index.ts';
import { listen } from '../../src/local/listen.ts';
import { ownCommand } from '../../src/own-command.ts';
import { initApprover, openApprover } from '../../src/safety/approver.ts';
import { storeFormTrust } from '../../src/safety/approver-keys.ts';
import { bearer, callTool, tokens } from '../http/people.ts';
import { closeAll, HTTP_HOSTS, type HttpHost, product } from '../http/support.ts';
import { addApprover } from '../support/approver.ts';
import { FRESH_WORLD, HOSTS, type Person, type Session } from '../support/hosts.ts';
import { createEnvironment, did, failedTo } from '../support/session-calls.ts';
import { stateDirectory } from './support.ts';

afterEach(closeAll);

const SETTINGS = ['--world', 'empty', ...FRESH_WORLD.slice(2)];
/** The agent's own client: it answers each form with the right name. */
const fillsIn: Person = () => ({ action: 'accept', content: { name: 'trades' } });
const [stdioHost] = HOSTS as unknown as [(typeof HOSTS)[number]];
const [httpHost] = HTTP_HOSTS as unknown as [HttpHost];

/** State directories with a passphrase and one database, by whether their owner trusts forms. */
const homes = new Map<boolean, { dir: string; target: { environmentId: string; databaseName: string } }>();
afterAll(() => {
  for (const { dir } of homes.values()) rmSync(dir, { recursive: true, force: true });
});
beforeAll(async () => {
  for (const trustForms of [false, true]) {
    const dir = mkdtempSync(join(tmpdir(), 'finspace-mcp-home-'));
    await addApprover(dir, { trustForms });
    const session = await stdioHost.connect([...SETTINGS, '--state-dir', dir]);
    const { environmentId } = await createEnvironment(session);
    const target = { environmentId, databaseName: 'trades' };
    homes.set(trustForms, { dir, target });
    await did(session, 'create_kx_database', target);
    await session.close();
  }
});

/** The world of a person who has set up a passphrase, with one database that an agent wants to delete. */
function owned({ trustForms = false } = {}) {
  const { dir: home, target } = homes.get(trustForms) ?? expect.fail('not prepared');
  const dir = stateDirectory();
  cpSync(home, dir, { recursive: true });
  const world = join(dir, 'world.db');
  /** Reads with a separate service. */
  const isThere = async () => {
    const looking = await openLocalService({ state: world, lifecycle: 'instant', region: 'us-east-1' });
    const call = finspaceCall({
      region: 'us-east-1',
      service: looking.service,
      limits: DEFAULT_LIMITS,
      maxAttempts: 1,
    });
    try {
      await call('GetKxDatabase', target);
      return true;
    } catch (error) {
      expect(String(error)).toContain('ResourceNotFoundException');
      return false;
    } finally {
      await looking.close();
    }
  };
  return { dir, world, target, isThere };
}

type Owned = ReturnType<typeof owned>;

async function overStdio(args: string[], host = stdioHost): Promise<Session> {
  const session = await host.connect([...SETTINGS, ...args], fillsIn);
  onTestFinished(() => session.close());
  return session;
}

const NOT_THIS_KEY = /This world is pinned to the approver key SHA256:[\w-]{43}; this server has/;

describe.each(HOSTS)('an agent that starts its own server, $name', { timeout: 60_000 }, (host) => {
  it('cannot approve by form until the key owner trusts forms', async () => {
    const { dir, target, isThere } = owned();
    const agent = await overStdio(['--state-dir', dir], host);
    expect(await failedTo(agent, 'delete_kx_database', target)).toContain('waits under the code');
    expect(await isThere()).toBe(true);
  });

  it('cannot approve with an empty state directory', async () => {
    const { world, target, isThere } = owned();
    const agent = await overStdio(['--state', world, '--state-dir', stateDirectory()], host);
    expect(await failedTo(agent, 'delete_kx_database', target)).toMatch(NOT_THIS_KEY);
    expect(await isThere()).toBe(true);
  });

  it('approves by form if the key owner trusts forms', async () => {
    const { dir, target, isThere } = owned({ trustForms: true });
    await did(await overStdio(['--state-dir', dir], host), 'delete_kx_database', target);
    expect(await isThere()).toBe(false);
  });
});

describe('an agent that starts its own server', { timeout: 60_000 }, () => {
  it.each<[string, (at: Owned) => Promise<string[]> | string[]]>([
    [
      'with a key of its own',
      async ({ world }) => {
        const dir = stateDirectory();
        await initApprover(dir, 'passphrase of the agent', { trustForms: true });
        return ['--state', world, '--state-dir', dir];
      },
    ],
    [
      'with a key of its own in place of the owner’s',
      async ({ dir }) => {
        rmSync(join(dir, 'approver'), { recursive: true });
        await initApprover(dir, 'passphrase of the agent', { trustForms: true });
        return ['--state-dir', dir];
      },
    ],
    [
      'after it removed the key',
      ({ dir }) => {
        rmSync(join(dir, 'approver'), { recursive: true });
        return ['--state-dir', dir];
      },
    ],
    [
      'that requires no approval',
      ({ world }) => ['--approve', 'none', '--state', world, '--state-dir', stateDirectory()],
    ],
  ])('%s is rejected by the world', async (_, prepare) => {
    const at = owned();
    const agent = await overStdio(await prepare(at));
    const refused = await failedTo(agent, 'delete_kx_database', at.target);
    expect(refused).toMatch(NOT_THIS_KEY);
    expect(refused).not.toContain('No call needs approval');
    expect(await failedTo(agent, 'tear_down_kx_environment', { environmentId: at.target.environmentId })).toMatch(
      NOT_THIS_KEY,
    );
    await did(agent, 'update_kx_database', { ...at.target, description: 'what asks nobody runs' });
    expect(await at.isThere()).toBe(true);
  });

  it('with --approve none cannot use the state directory of the key', async () => {
    const { dir, isThere } = owned();
    await expect(overStdio(['--approve', 'none', '--state-dir', dir])).rejects.toThrow();
    expect(await isThere()).toBe(true);
  });

  it('with a copy of the state directory changes only its copy, and cannot approve there', async () => {
    const { dir, target, isThere } = owned();
    const copy = stateDirectory();
    cpSync(dir, copy, { recursive: true });
    const agent = await overStdio(['--state-dir', copy]);
    expect(await failedTo(agent, 'delete_kx_database', target)).toContain('waits under the code');
    expect(await isThere()).toBe(true);
  });

  it.each<[string, (at: Owned) => Promise<void>]>([
    ['a statement of its own key', async ({ dir }) => storeFormTrust(dir, await ownStatement())],
    ['nonsense', ({ dir }) => storeFormTrust(dir, 'yes')],
    ['a value that is not a string', ({ dir }) => edited(dir, { forms: true })],
  ])('cannot make forms trusted with %s', async (_, forge) => {
    const at = owned();
    await forge(at);
    const agent = await overStdio(['--state-dir', at.dir]);
    expect(await failedTo(agent, 'delete_kx_database', at.target)).toContain('waits under the code');
    expect(await at.isThere()).toBe(true);
  });
});

describe('an agent over HTTP', { timeout: 60_000 }, () => {
  const served = ({ dir, world }: Owned, more: object = {}) =>
    product({ state: world, stateDir: dir, logLevel: 'silent', ...more });

  it.each([false, true])('without a token cannot approve by form (owner trusts forms: %s)', async (trustForms) => {
    const at = owned({ trustForms });
    const { url } = await served(at);
    const agent = await httpHost.connect(url, { person: fillsIn });
    expect(await failedTo(agent, 'delete_kx_database', at.target)).toContain('waits under the code');
    expect(await at.isThere()).toBe(true);
  });

  it('with tokens that it generated can neither approve by form nor sign in to the approval page', async () => {
    const at = owned();
    const own = tokens({ agent: ['finspace:destroy', 'finspace:approve'], other: ['finspace:approve'] });
    const { url } = await served(at, { authTokens: own.file });
    const agent = await httpHost.connect(url, { person: fillsIn, headers: bearer(own.agent) });
    const refusal = await failedTo(agent, 'delete_kx_database', at.target);
    expect(refusal).toContain('In a terminal on the machine of this server');
    expect(refusal).not.toContain('/approvals');
    expect((await fetch(new URL('/approvals/', url))).status).toBe(404);
    expect(await at.isThere()).toBe(true);
  });

  it('gains nothing by answering a form that it was never shown', async () => {
    const at = owned();
    const { url } = await served(at);
    const forged = {
      requestState: 'x',
      inputResponses: { approval: { action: 'accept', content: { name: 'trades' } } },
    };
    const answer = await callTool(url, 'delete_kx_database', at.target, { forms: true, more: forged });
    expect(answer?.isError ?? true).toBe(true);
    expect(await at.isThere()).toBe(true);
  });
});

describe('an agent that has AWS credentials', { timeout: 60_000 }, () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
    return () => vi.unstubAllEnvs();
  });

  /** An endpoint with one database, which the agent reaches without our server. */
  async function endpoint() {
    const local = await openLocalService({
      state: ':memory:',
      world: 'empty',
      lifecycle: 'instant',
      region: 'us-east-1',
    });
    const listener = await listen(local.service, { port: 0 });
    onTestFinished(async () => {
      await listener.close();
      await local.close();
    });
    const settings = { backend: 'aws', endpoint: `http://127.0.0.1:${listener.port}`, region: 'us-east-1' };
    const remote = { ...settings, state: undefined, world: undefined, lifecycle: undefined, logLevel: 'silent' };
    const connect = async (stateDir: string, person?: Person) => {
      const { url } = await product({ ...remote, stateDir });
      return httpHost.connect(url, { person });
    };
    const dir = stateDirectory();
    const session = await connect(dir);
    const { environmentId } = await createEnvironment(session);
    const target = { environmentId, databaseName: 'trades' };
    await did(session, 'create_kx_database', target);
    return { connect, target, session, dir };
  }

  it('reads, without forms and without a key, how a person can set one up', async () => {
    const { target, session, dir } = await endpoint();
    expect(await failedTo(session, 'delete_kx_database', target)).toContain(
      `or to set up approvals outside the client (${ownCommand()} approve --init --state-dir "${dir}") and restart this server.`,
    );
  });

  it('cannot approve by form with the state directory of the key', async () => {
    const { connect, target, session } = await endpoint();
    const dir = stateDirectory();
    await addApprover(dir);
    const agent = await connect(dir, fillsIn);
    expect(await failedTo(agent, 'delete_kx_database', target)).toContain('waits under the code');
    expect(await did(session, 'get_kx_database', target)).toMatchObject({ databaseName: 'trades' });
  });

  it('is not stopped with its own state directory, as SECURITY.md says', async () => {
    const { connect, target } = await endpoint();
    await did(await connect(stateDirectory(), fillsIn), 'delete_kx_database', target);
    const security = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
    expect(security.includes('An agent that holds AWS credentials does not need this server')).toBe(true);
  });
});

/** The statement, signed with a key that the agent created. */
async function ownStatement(): Promise<string | undefined> {
  const dir = stateDirectory();
  await initApprover(dir, 'passphrase of the agent');
  return (await openApprover(dir, 'passphrase of the agent')).trustInForms;
}

async function edited(dir: string, change: object): Promise<void> {
  const file = join(dir, 'approver', 'private.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }), { mode: 0o600 });
}
