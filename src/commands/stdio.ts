import { realpathSync } from 'node:fs';
import type { Config } from '../config.ts';
import { ownCommand } from '../own-command.ts';
import { LOCAL_CALLER } from '../safety/policy.ts';
import { setSchemaCompilation } from '../schema-settings.ts';
import { serverFactory } from '../server.ts';
import type { SharedStore } from '../store/store.ts';
import { serveOverStdio } from '../transports/stdio.ts';
import { VERSION } from '../version.ts';
import { checkSettings } from './check-settings.ts';
import { type Log, stderrLog } from './log.ts';
import { prepareBackend } from './prepare.ts';
import type { Runtime } from './runtime.ts';
import { serverProfile } from './server-profile.ts';
import { stopSignal } from './stop-signal.ts';

/** `finspace-mcp [stdio]`: serves one MCP client on stdin and stdout, until it disconnects or the process is asked to stop. */
export async function stdio(given: Config): Promise<void> {
  const hasTargets = given.targets !== undefined || given.target !== undefined;
  const { config, caller } = hasTargets
    ? (await import('./targets.ts')).selectTarget(given)
    : { config: given, caller: LOCAL_CALLER };
  const log = stderrLog(config);
  setSchemaCompilation(false);
  await checkSettings(config);
  await prepareBackend(config, log);
  const parent = process.ppid;
  const store = config.store === undefined ? undefined : await joinStore(config, log);
  const { createServer, load, mutationsSettled, close } = runtimeOnDemand(config, log, store);
  const stop = new AbortController();
  void stopSignal().then(() => stop.abort());
  if (process.stdin.isTTY) process.stderr.write(greeting());

  const onerror = (error: Error) => log.warn({ error: error.message }, 'error on the connection to the client');
  await serveOverStdio(createServer, caller, {
    input: process.stdin,
    output: process.stdout,
    onerror,
    stop: stop.signal,
    mutationsSettled,
    parentEnded: () => parentEnded(parent),
    callMs: config.callTimeout,
    maxBytes: config.maxBody,
    onlisted: () => void load().catch(() => {}),
    onending: (requests) => log.info({ requests }, 'stopping: no new requests are read; waiting for those in progress'),
    onunanswered: (requests) => log.warn({ requests }, 'stopped before these requests were answered'),
  });
  await close();
  await store?.close();
  await log.flushed();
}

/** The store of --store. The server of one client needs no seal keys in common with others, and may have another target. */
async function joinStore(config: Config, log: Log): Promise<SharedStore | undefined> {
  const [{ openSharedStore }, { approverRules }] = await Promise.all([
    import('./open-store.ts'),
    import('./approver-rules.ts'),
  ]);
  const approver = await approverRules(config).sharedFingerprint();
  const store = await openSharedStore(config, log);
  await store?.join({ values: {}, sealKeys: [], approver });
  return store;
}

/** The runtime, which checks the journal, is loaded after this long even if the client requests nothing. */
const IDLE_MS = 1_000;

/** As `createRuntime`, which is loaded when a client needs more than a list of tools. */
function runtimeOnDemand(
  config: Config,
  log: Log,
  store: SharedStore | undefined,
): Pick<Runtime, 'createServer' | 'load' | 'mutationsSettled' | 'close'> {
  const profile = serverProfile(config);
  let opening: Promise<Runtime> | undefined;
  const open = () => {
    opening ??= import('./runtime.ts').then(({ createRuntime }) => {
      setSchemaCompilation(true);
      return createRuntime(config, log, { remote: false, store });
    });
    return opening;
  };
  setTimeout(() => open().catch(() => {}), IDLE_MS).unref();
  return {
    createServer: serverFactory(profile, async () => (await open()).answers),
    load: async () => (await open()).load(),
    mutationsSettled: async () => (await opening)?.mutationsSettled(),
    close: async () => (await opening)?.close(),
  };
}

const POLL_MS = 250;

/** Resolves when the parent process has ended and another one has adopted this process. */
function parentEnded(parent: number): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (process.ppid !== parent) resolve();
      else setTimeout(check, POLL_MS).unref();
    };
    check();
  });
}

function greeting(): string {
  const path = realpathSync(process.argv[1] as string);
  return [
    `finspace-mcp ${VERSION} speaks MCP over stdin and stdout; it is waiting for an MCP client.`,
    'Add this to the configuration of your MCP client (Claude Desktop, Cursor, ...):',
    JSON.stringify({ mcpServers: { finspace: { command: 'node', args: [path] } } }, null, 2),
    `Or look around: ${ownCommand()} tools, ${ownCommand()} --help. End with Ctrl-C.`,
    '',
  ].join('\n');
}
