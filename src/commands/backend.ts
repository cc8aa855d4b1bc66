import { join, resolve } from 'node:path';
import { type Config, ConfigError, defaultStateDir } from '../config.ts';
import { environmentRegion } from '../finspace/region.ts';
import { prepareState } from '../local/state-file.ts';
import { FinspaceError } from '../operations/failure.ts';
import type { Call } from '../operations/index.ts';
import type { Quotas } from '../operations/quotas.ts';
import { approverKey } from '../safety/approver.ts';
import { LedgerError } from '../safety/ledger.ts';
import type { PlanPlace } from '../safety/plan.ts';
import { STATE_FORMAT } from '../safety/state-format.ts';
import { prepareFile } from '../sqlite/file.ts';
import { StoreError } from '../sqlite/store-error.ts';
import type { Log } from './log.ts';

/** Executes operations. Opened on the first call, so that a start loads neither the AWS client nor the store. */
export interface Backend {
  readonly call: Call;
  /** Where its calls go. The id of a local world is known once the world is open. */
  readonly place: PlanPlace;
  /** Loads the code that the first call needs; opens nothing. */
  load(): Promise<void>;
  /**
   * Opens it, and returns the fingerprint of the key that is pinned to its world, or null without one. Rejects with LedgerError.
   */
  approver(): Promise<string | null>;
  /** The limits of its world; undefined if the API does not contain them. */
  quotas(): Promise<Quotas | undefined>;
  close(): Promise<void>;
}

interface Opened {
  readonly call: Call;
  readonly quotas?: () => Promise<Quotas>;
  readonly approver?: () => Promise<string | null>;
  readonly identity?: string;
  close(): Promise<void>;
}

const givenWorld = () => import('./given-world.ts');

/**
 * Before a client is served, makes sure that only the owner can open the files of this server. Rejects with `StoreError` when
 * that fails, and with `ConfigError` for unusable settings.
 */
export async function prepareBackend(config: Config, log: Log): Promise<void> {
  const { backend: kind, state, stateDir, faults, world, quotas, approve } = config;
  const isKept = kind !== 'local' || state !== ':memory:';
  const isNewWorldGiven = world !== undefined || quotas !== undefined;
  const tighten = (line: string | undefined) => {
    if (line !== undefined) log.warn({}, line);
  };
  if (isKept) tighten(prepareFile(join(stateDir, 'state.db'), STATE_FORMAT));
  if (kind !== 'local') {
    if (isNewWorldGiven) (await givenWorld()).logUnused(config, log, {}, 'it is for the local backend');
    return;
  }
  if (approve === 'none' && isKept && (await approverKey(stateDir)) !== undefined)
    throw new ConfigError('--approve: none is not allowed with a state directory that has an approver key');
  tighten(prepareState(state));
  if (isNewWorldGiven) await (await givenWorld()).checkGivenWorld(config, log);
  if (faults !== undefined) (await import('../local/faults/rules.ts')).readFaults(faults);
}

export interface BackendOptions {
  /** Names the server in its plans, for people who sign in to approve. */
  readonly server?: string | undefined;
  /** Fingerprint of the approver's key of this server, to which a local world is pinned. */
  readonly approver: () => Promise<string | undefined>;
}

/** The backend that the configuration selects. */
export function backend(config: Config, log: Log, { server, approver }: BackendOptions): Backend {
  const region = regionOf(config);
  let opening: Promise<Opened> | undefined;
  let worldId: string | undefined;
  const opened = async () => {
    const made =
      config.backend === 'local'
        ? await openLocal(config, region ?? DEFAULT_REGION, log, await approver())
        : await openRemote(config);
    worldId = made.identity;
    return made;
  };
  const open = () => {
    opening ??= opened().catch((error: unknown) => {
      opening = undefined;
      log.error({ cause: error instanceof Error ? error.stack : String(error) }, 'the backend could not be started');
      throw error;
    });
    return opening;
  };

  const call: Call = async (name, input, options) => {
    const opened = await open().catch((error: unknown) => {
      throw cannotOpen(name, error);
    });
    return opened.call(name, input, options);
  };
  return {
    call,
    load: async () => void (await (config.backend === 'local' ? localParts() : remoteParts())),
    place: {
      backend: backendName(config),
      region: region ?? 'from the AWS profile',
      target: config.target,
      world: worldFile(config),
      server,
      get worldId() {
        return worldId;
      },
    },
    approver: async () => {
      try {
        return (await (await open()).approver?.()) ?? null;
      } catch (error) {
        throw new LedgerError(whyNot(error));
      }
    },
    quotas: async () => (await open().catch(() => undefined))?.quotas?.(),
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
}

/** The text for people; the alias comes first, so that an approval for one target never holds for another. */
function backendName({ backend: kind, endpoint, target }: Config): string {
  const name = kind === 'local' ? 'local (embedded FinSpace-compatible service)' : (endpoint ?? 'aws');
  return target === undefined ? name : `${target}: ${name}`;
}

/** The file of a local world, unless it is the default file. */
function worldFile({ backend: kind, state }: Config): string | undefined {
  const isUsual = kind !== 'local' || state === ':memory:' || state === join(defaultStateDir(process.env), 'world.db');
  const path = resolve(state);
  return isUsual ? undefined : path.length <= MOST_OF_PATH ? path : `...${path.slice(3 - MOST_OF_PATH)}`;
}

/** Files differ more at the end of their paths than at the beginning, and dialogs keep the end. */
const MOST_OF_PATH = 75;

const DEFAULT_REGION = 'us-east-1';

function regionOf({ backend: kind, region }: Config): string | undefined {
  return region ?? (kind === 'local' ? DEFAULT_REGION : environmentRegion(process.env));
}

const whyNot = (error: unknown) => (error instanceof StoreError ? error.message : 'The backend could not be started.');

function cannotOpen(operation: Parameters<Call>[0], error: unknown): FinspaceError {
  return new FinspaceError({
    operation,
    code: 'Misconfigured',
    detail: whyNot(error),
    retryable: false,
    advice: 'Have a person correct this, for example with --state, --state-dir or --world; repeating will not help.',
  });
}

const remoteParts = () => import('../finspace/call.ts');
const localParts = () => Promise.all([remoteParts(), import('../local/index.ts')]);

async function openRemote(config: Config): Promise<Opened> {
  const { finspaceCall } = await remoteParts();
  const { region, endpoint, profile } = config;
  return { call: finspaceCall({ region, endpoint, profile, ...reach(config) }), close: async () => {} };
}

async function openLocal(config: Config, region: string, log: Log, approver: string | undefined): Promise<Opened> {
  const [{ finspaceCall }, { startLocal }] = await localParts();
  const { state, world, quotas, lifecycle, faults } = config;
  const local = await startLocal({
    state,
    world,
    quotas,
    lifecycle,
    region,
    faults,
    approver,
    onError: mishapsTo(log),
  });
  return {
    identity: local.identity,
    approver: local.approver,
    call: finspaceCall({ region, service: local.service, ...reach(config) }),
    quotas: local.quotas,
    close: local.close,
  };
}

/** Logs internal errors of the embedded service; callers see less detail. */
export const mishapsTo = (log: Log) => (error: unknown) => {
  log.error(
    { cause: error instanceof StoreError ? error.message : String((error as Error).stack ?? error) },
    'the local service failed',
  );
};

const MOST_RESPONSE_BYTES = 16 * 1024 * 1024;

/** The limits of calls to the backend. */
export const reach = ({ connectTimeout, attemptTimeout, callTimeout, maxAttempts }: Config) => ({
  limits: {
    connectMs: connectTimeout,
    attemptMs: attemptTimeout,
    callMs: callTimeout,
    maxResponseBytes: MOST_RESPONSE_BYTES,
  },
  maxAttempts,
});
