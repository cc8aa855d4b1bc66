import type { Config } from '../config.ts';
import { credentialFrom } from '../local/credentials.ts';
import { DEFAULT_REGION } from '../local/defaults.ts';
import type { LocalService } from '../local/index.ts';
import { FinspaceError } from '../operations/failure.ts';
import type { Call } from '../operations/index.ts';
import type { Quotas } from '../operations/quotas.ts';
import type { PlanLocation } from '../safety/backend-location.ts';
import { LedgerError } from '../safety/ledger.ts';
import { StoreError } from '../sqlite/store-error.ts';
import { backendLocation, configuredRegion, worldFile } from './backend-location.ts';
import type { Log } from './log.ts';
import { openSharedWorlds } from './open-worlds.ts';

/** Executes operations. Opened on the first call, so that a start loads neither the AWS client nor the store. */
export interface Backend {
  readonly call: Call;
  /** Where its calls go. The id of a local world is known once the world is open. */
  readonly backendLocation: PlanLocation;
  /** Loads the code that the first call needs; opens nothing. */
  load(): Promise<void>;
  /**
   * Opens it, and returns the fingerprint of the key that is pinned to its world, or null without one. Rejects with LedgerError.
   */
  pinnedApprover(): Promise<string | null>;
  /** The limits of its world; undefined on AWS, whose API does not show them, and if the backend cannot be opened. */
  quotas(): Promise<Quotas | undefined>;
  /** By how many milliseconds the clock of its worlds was moved ahead. */
  aheadMs(): Promise<number>;
  /** An id that differs after its world was replaced; undefined if that cannot be known. */
  worldInstance(): Promise<string | undefined>;
  close(): Promise<void>;
}

interface OpenBackend extends Omit<Backend, 'load' | 'backendLocation'> {
  readonly worldId?: string;
}

export interface BackendOptions {
  /** An id that differs between servers whose approvers may differ; undefined if nobody signs in to approve. */
  readonly server?: string | undefined;
  /** Fingerprint of the approver's key of this server, to which a local world is pinned. */
  readonly approver: () => Promise<string | undefined>;
  /** The id of the store that servers share. */
  readonly store?: string | undefined;
}

/** The backend that the configuration selects. */
export function backend(config: Config, log: Log, { server, approver, store }: BackendOptions): Backend {
  const region = configuredRegion(config);
  let opening: Promise<OpenBackend> | undefined;
  let worldId: string | undefined;
  const openSelected = async () => {
    const selected =
      config.backend === 'local'
        ? await openLocal(config, region ?? DEFAULT_REGION, log, await approver())
        : await openRemote(config);
    worldId = selected.worldId;
    return selected;
  };
  const open = () => {
    opening ??= openSelected().catch((error: unknown) => {
      opening = undefined;
      log.error({ cause: error instanceof Error ? error.stack : String(error) }, 'the backend could not be started');
      throw error;
    });
    return opening;
  };
  const tryOpen = () => open().catch(() => undefined);

  const call: Call = async (name, input, options) => {
    const opened = await open().catch((error: unknown) => {
      throw openingError(name, error);
    });
    return opened.call(name, input, options);
  };
  return {
    call,
    load: async () => void (await (config.backend === 'local' ? loadLocalCode() : loadRemoteCode())),
    backendLocation: {
      ...backendLocation(config),
      target: config.target,
      world: worldFile(config),
      server,
      store,
      get worldId() {
        return worldId;
      },
    },
    pinnedApprover: async () => {
      try {
        return await (await open()).pinnedApprover();
      } catch (error) {
        throw new LedgerError(publicReason(error));
      }
    },
    quotas: async () => (await tryOpen())?.quotas(),
    aheadMs: async () => (await (await tryOpen())?.aheadMs().catch(() => 0)) ?? 0,
    worldInstance: async () => (await tryOpen())?.worldInstance().catch(() => undefined),
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
}

const publicReason = (error: unknown) =>
  error instanceof StoreError ? error.message : 'The backend could not be started.';

const isAdvised = (error: unknown) => error instanceof StoreError && error.advice !== undefined;

function openingError(operation: Parameters<Call>[0], error: unknown): FinspaceError {
  return new FinspaceError({
    operation,
    code: 'Misconfigured',
    detail: publicReason(error),
    retryable: false,
    advice: `Have a person correct this${isAdvised(error) ? '' : ', for example with --state, --state-dir or --world'}.`,
  });
}

const loadRemoteCode = () =>
  Promise.all([import('../finspace/call.ts'), import('../finspace/require-known-members.ts'), import('undici')]);
const loadLocalCode = () => Promise.all([import('../finspace/call.ts'), import('../local/index.ts')]);

async function openRemote(config: Config): Promise<OpenBackend> {
  const [{ finspaceCall }, { requireKnownMembers }] = await loadRemoteCode();
  const { region, endpoint, profile } = config;
  const call = requireKnownMembers(finspaceCall({ region, endpoint, profile, ...callLimits(config) }));
  return {
    call,
    quotas: async () => undefined,
    aheadMs: async () => 0,
    worldInstance: async () => undefined,
    pinnedApprover: async () => null,
    close: async () => {},
  };
}

async function openLocal(config: Config, region: string, log: Log, approver: string | undefined): Promise<OpenBackend> {
  const [{ finspaceCall }] = await loadLocalCode();
  const { service, clock, ...local } = await openService(config, region, log, approver);
  const call = finspaceCall({ region, service, ...callLimits(config) });
  return { ...local, call, aheadMs: async () => (await clock.read()).aheadMs };
}

/** Opens the local service as the configuration says. Its internal errors are logged; callers see less detail. */
export async function openService(
  config: Config,
  region: string,
  log: Log,
  approver: string | undefined,
): Promise<LocalService> {
  const { openLocalService } = await import('../local/index.ts');
  const { state, world, quotas, lifecycle, faults } = config;
  const credentials = config.credentials?.flatMap((text) => credentialFrom(text) ?? []);
  const store = await openSharedWorlds(config);
  const onError = (error: unknown) => {
    const cause = error instanceof StoreError ? error.message : String((error as Error).stack ?? error);
    log.error({ cause }, 'the local service failed');
  };
  const options = { state, store, world, quotas, lifecycle, faults, credentials };
  return openLocalService({ ...options, region, approver, onError });
}

const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

export const callLimits = ({ connectTimeout, attemptTimeout, callTimeout, maxAttempts }: Config) => ({
  limits: {
    connectMs: connectTimeout,
    attemptMs: attemptTimeout,
    callMs: callTimeout,
    maxResponseBytes: MAX_RESPONSE_BYTES,
  },
  maxAttempts,
});
