import { join } from 'node:path';
import type { Config } from '../config.ts';
import { prepareState } from '../local/state-file.ts';
import { FinspaceError } from '../operations/failure.ts';
import { type Call, operationNamed } from '../operations/index.ts';
import type { Quotas } from '../operations/quotas.ts';
import type { Place } from '../safety/place.ts';
import { STATE_FORMAT } from '../safety/state-format.ts';
import { prepareFile } from '../sqlite/file.ts';
import { StoreError } from '../sqlite/store-error.ts';
import type { Log } from './log.ts';

/** What answers operations, opened on the first call so that starting up loads neither the AWS client nor the store. */
export interface Backend {
  readonly call: Call;
  readonly place: Place;
  /** The limits of its world; undefined where they are not in the API. */
  quotas(): Promise<Quotas | undefined>;
  /** Resolves when no mutation is on its way. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

interface Opened {
  readonly call: Call;
  readonly quotas?: () => Promise<Quotas>;
  close(): Promise<void>;
}

/** Makes sure that what this server keeps could be opened, before a client is served. Rejects with `StoreError` when it could not. */
export async function prepareBackend({ backend: kind, state, stateDir, faults }: Config): Promise<void> {
  if (kind !== 'local' || state !== ':memory:') prepareFile(join(stateDir, 'state.db'), STATE_FORMAT);
  if (kind !== 'local') return;
  prepareState(state);
  if (faults !== undefined) (await import('../local/faults/rules.ts')).readFaults(faults);
}

/** The backend that the configuration names. */
export function backend(config: Config, log: Log): Backend {
  const region = regionOf(config);
  let opening: Promise<Opened> | undefined;
  const open = () => {
    opening ??= (
      config.backend === 'local' ? openLocal(config, region ?? DEFAULT_REGION, log) : openRemote(config)
    ).catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const mutations = new Set<Promise<unknown>>();

  const call: Call = async (name, input, options) => {
    const opened = await open().catch((error: unknown) => {
      log.error({ cause: error instanceof Error ? error.stack : String(error) }, 'the backend could not be started');
      throw cannotOpen(name, error);
    });
    const result = opened.call(name, input, options);
    if (operationNamed(name).risk === 'read') return result;
    mutations.add(result);
    return result.finally(() => mutations.delete(result));
  };
  return {
    call,
    place: {
      backend: backendName(config),
      region: region ?? 'from the AWS profile',
      target: config.target,
    },
    quotas: async () => (await open().catch(() => undefined))?.quotas?.(),
    settled: async () => void (await Promise.allSettled(mutations)),
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
}

/** What a person reads; the alias comes first, so that an approval for one target never holds for another. */
function backendName({ backend: kind, endpoint, target }: Config): string {
  const name = kind === 'local' ? 'local (embedded FinSpace-compatible service)' : (endpoint ?? 'aws');
  return target === undefined ? name : `${target}: ${name}`;
}

const DEFAULT_REGION = 'us-east-1';

function regionOf({ backend: kind, region }: Config): string | undefined {
  return (
    region ?? (kind === 'local' ? DEFAULT_REGION : (process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION']))
  );
}

function cannotOpen(operation: Parameters<Call>[0], error: unknown): FinspaceError {
  const detail = error instanceof StoreError ? error.message : 'The backend could not be started.';
  return new FinspaceError({
    operation,
    code: 'Misconfigured',
    detail,
    retryable: false,
    advice: 'Have a person correct this, for example with --state or --state-dir; repeating will not help.',
  });
}

async function openRemote(config: Config): Promise<Opened> {
  const { finspaceCall } = await import('../finspace/call.ts');
  const { region, endpoint, profile } = config;
  return { call: finspaceCall({ region, endpoint, profile, ...reach(config) }), close: async () => {} };
}

async function openLocal(config: Config, region: string, log: Log): Promise<Opened> {
  const [{ finspaceCall }, { startLocal }] = await Promise.all([
    import('../finspace/call.ts'),
    import('../local/index.ts'),
  ]);
  const { state, world, lifecycle, faults } = config;
  const local = await startLocal({ state, world, lifecycle, region, faults, onError: mishapsTo(log) });
  return {
    call: finspaceCall({ region, service: local.service, ...reach(config) }),
    quotas: local.quotas,
    close: local.close,
  };
}

/** Logs what the embedded service could not help; its callers are told less. */
export const mishapsTo = (log: Log) => (error: unknown) => {
  log.error(
    { cause: error instanceof StoreError ? error.message : String((error as Error).stack ?? error) },
    'the local service failed',
  );
};

const MOST_RESPONSE_BYTES = 16 * 1024 * 1024;

const reach = ({ connectTimeout, attemptTimeout, callTimeout, maxAttempts }: Config) => ({
  limits: {
    connectMs: connectTimeout,
    attemptMs: attemptTimeout,
    callMs: callTimeout,
    maxResponseBytes: MOST_RESPONSE_BYTES,
  },
  maxAttempts,
});
