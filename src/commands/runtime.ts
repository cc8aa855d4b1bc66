import { join } from 'node:path';
import { type Answers, answersWith } from '../answers.ts';
import { type Config, isEphemeral } from '../config.ts';
import type { Call } from '../operations/index.ts';
import type { PlanLocation } from '../safety/backend-location.ts';
import { deletionTimesIn } from '../safety/deletions.ts';
import { limitToEnvironments } from '../safety/environments.ts';
import { formerNames } from '../safety/former-names.ts';
import { gate } from '../safety/gate.ts';
import type { Journal } from '../safety/journal.ts';
import { journaledCall } from '../safety/journaled-call.ts';
import { type Ledger, PLAN_OPEN_MS } from '../safety/ledger.ts';
import type { Plan } from '../safety/plan.ts';
import { kitsWithin, type RecoveryKits } from '../safety/recovery.ts';
import { needsKit } from '../safety/recovery-kit.ts';
import { fileSink, inlineSink, refusingSink, type SecretSink } from '../safety/secrets.ts';
import { type StateSigners, stateSigners } from '../safety/state-signer.ts';
import type { TeardownPlan } from '../safety/teardown.ts';
import { type ServerFactory, serverFactory } from '../server.ts';
import { stateDirStore } from '../store/state-dir.ts';
import type { SharedStore, Store } from '../store/store.ts';
import { type ApproverRules, approverRules, reportApprover } from './approver-rules.ts';
import { backend } from './backend.ts';
import type { Log } from './log.ts';
import { warnAboutMissing } from './missing-environments.ts';
import { type TrackedCalls, trackMutations } from './mutation-tracker.ts';
import { outOfBandAdvice, outOfBandApproval, type ServerPage } from './out-of-band.ts';
import { serverProfile } from './server-profile.ts';

/** The journal is checked after the client has received its first responses. */
const REPORT_AFTER_MS = 1_000;
/** Milliseconds between two polls of a resource with subscribers, by backend. */
const POLL_MS = { local: 1_000, aws: 15_000 };

/** What a process serves, over any transport: creates servers for callers that share one backend, ledger and journal. */
export interface Runtime {
  readonly createServer: ServerFactory;
  readonly answers: Answers;
  /** Loads the code that the first call needs. */
  load(): Promise<void>;
  /** The backend itself, for readiness checks. */
  readonly backendCall: Call;
  /** The open plans. */
  readonly ledger: Ledger;
  /** What all replicas must agree on. Rejects with LedgerError when the backend cannot be opened. */
  agreement(): Promise<{ readonly location: string; readonly approver: string }>;
  /** Resolves when every mutation that started has ended and is in the journal. */
  mutationsSettled(): Promise<void>;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  /** Callers may be on other machines, where a file on this one does not help them. */
  readonly remote: boolean;
  /** Callers need no token, so any program on this machine can call. */
  readonly anonymous?: boolean | undefined;
  readonly now?: (() => number) | undefined;
  /** Runs a function after a number of milliseconds. The returned function cancels it. */
  readonly schedule?: ((work: () => void, ms: number) => () => void) | undefined;
  /** Sign state that travels through clients; by default with a key that exists only in this process. */
  readonly signers?: StateSigners | undefined;
  /** What servers share; without it, everything is in the state directory. */
  readonly store?: SharedStore | undefined;
  /** Separates the change events of this endpoint from those of others in the store. */
  readonly scope?: string | undefined;
  /** The page on which people who sign in approve. */
  readonly page?: ServerPage | undefined;
  /** Wraps the calls of the backend, for example to measure them. */
  readonly wrapCall?: ((call: Call) => Call) | undefined;
}

/** Assembles what the configuration describes. Nothing expensive is opened before it is needed. */
export function createRuntime(config: Config, log: Log, options: RuntimeOptions): Runtime {
  const profile = serverProfile(config);
  const { now = Date.now, schedule = runLater, wrapCall = (call) => call } = options;
  const rules = approverRules(config);
  const service = backend(config, log, {
    server: options.page?.server,
    approver: rules.fingerprint,
    store: options.store?.id,
  });
  const { backendLocation, quotas, aheadMs } = service;
  const backendCall = wrapCall(service.call);
  const { store, close: closeStore } = openStateStore(config, log, options, rules, now);
  const ledger = store.ledger(PLAN_OPEN_MS);
  const { call, mutationsSettled } = recordedCalls(config, log, backendCall, store.journal, backendLocation);
  const kits = kitsOf(config, store, call);
  const signer = (options.signers ?? stateSigners())('question');
  const { outOfBand, ...channels } = approvalChannels(config, log, options, rules, { ledger, store }, now);
  const common = { call, backendLocation, quotas, aheadMs, signer, formerNames: () => formerNames(store.journal) };
  const answers = answersWith({
    ...profile,
    ...common,
    ...channels,
    deletionTimes: () => deletionTimesIn(store.journal),
    secrets: secretSink(config, options, now),
    onerror: (error) => logInternal(log, error),
    kits,
    tasks: store.tasks,
    gate: gate({
      ...common,
      restrictions: profile.restrictions,
      ledger,
      requirePinnedKey: async () => rules.requirePinnedKey(await service.pinnedApprover()),
      outOfBand,
      outOfBandAdvice: outOfBandAdvice(config),
      beforeCall: kitKeeper(kits),
    }),
    worldInstance: service.worldInstance,
    bus: options.store?.events(options.scope ?? ''),
    pace: { everyMs: POLL_MS[config.backend], now, schedule },
  });
  const close = inOrder(answers.stop, service.close, closeStore);
  const createServer = serverFactory(profile, async () => answers);
  const agreement = agreementOf(service, rules);
  return { createServer, answers, load: service.load, backendCall, ledger, agreement, mutationsSettled, close };
}

/** A function that takes some steps one after another. */
export const inOrder =
  (...steps: readonly (() => Promise<void>)[]) =>
  async () => {
    for (const step of steps) await step();
  };

/** The shared store, or the one in the state directory; what is unfinished in it is logged later. */
function openStateStore(
  config: Config,
  log: Log,
  { store: sharedStore }: RuntimeOptions,
  rules: ApproverRules,
  now: () => number,
): { readonly store: Store; close(): Promise<void> } {
  const local = stateDirStore({
    stateDir: config.stateDir,
    isEphemeral: isEphemeral(config),
    now,
    onerror: (error) => log.error({ cause: String(error) }, 'the state database cannot be opened'),
  });
  const store: Store = sharedStore ?? local;
  reportLater(async () => {
    if (sharedStore !== undefined || local.exists) await reportUnfinished(store.journal, log, now, config.callTimeout);
    await reportApprover(rules, store, log);
  });
  return { store, close: () => local.close() };
}

/** The recovery kits of a target, within the allowed environments. */
function kitsOf({ target, environments }: Config, store: Store, call: Call): RecoveryKits {
  const kits = store.kits(target, call);
  return environments === undefined ? kits : kitsWithin(kits, environments);
}

/** Keeps a recovery kit of what a plan deletes, approved or not. */
const kitKeeper = (kits: RecoveryKits) => async (plan: Plan | TeardownPlan) => {
  if (needsKit(plan)) await kits.keep(plan);
};

const agreementOf = (service: ReturnType<typeof backend>, rules: ApproverRules) => async () => {
  await service.pinnedApprover();
  const { backend, region, target, worldId } = service.backendLocation;
  return { location: JSON.stringify({ backend, region, target, worldId }), approver: await rules.sharedFingerprint() };
};

function logInternal(log: Log, error: unknown): void {
  const cause = error instanceof Error ? error.stack : String(error);
  log.error({ cause }, 'a tool failed inside this server');
}

/** Calls within the allowed environments, whose mutations are in the journal and can be waited for. */
function recordedCalls(
  config: Config,
  log: Log,
  backendCall: Call,
  journal: Journal,
  { backend, region }: PlanLocation,
): TrackedCalls {
  const onLost = (cause: unknown) => log.error({ cause: String(cause) }, 'the journal could not be written');
  const { call, mutationsSettled } = trackMutations(
    journaledCall(backendCall, journal, `${backend} ${region}`, onLost),
  );
  const { environments } = config;
  if (environments === undefined) return { call, mutationsSettled };
  return { call: limitToEnvironments(warnAboutMissing(call, environments, log), environments), mutationsSettled };
}

function secretSink(config: Config, { remote }: RuntimeOptions, now: () => number): SecretSink {
  if (config.secrets === 'inline') return inlineSink;
  return remote ? refusingSink : fileSink(join(config.stateDir, 'secrets'), now);
}

/** How a person can approve: in a form, outside the client, or on a page whose link the client shows. */
function approvalChannels(
  config: Config,
  log: Log,
  { remote, anonymous = false, page, store: sharedStore }: RuntimeOptions,
  rules: ApproverRules,
  { ledger, store }: { readonly ledger: Ledger; readonly store: Store },
  now: () => number,
) {
  return {
    // Beside a key, the form of a caller without a token does not count: any program could fill it in.
    trustsForms: async () => (await rules.trustsForms()) && !(anonymous && (await rules.fingerprint()) !== undefined),
    outOfBand: outOfBandApproval(config, {
      approverKey: rules.key,
      isLedgerShared: sharedStore !== undefined,
      signedIn: remote && !anonymous,
      page,
    }),
    pageOpener: async () => {
      if (page !== undefined) return async (code: string) => `${page.url()}/${code}`;
      // Where the key cannot be used, the gate says so for calls that need approval; other calls run.
      const key = remote ? undefined : await rules.key.catch(() => undefined);
      if (key === undefined) return undefined;
      const { approvalLink } = await import('./approval-link.ts');
      return (code: string) => approvalLink({ config, key, ledger, attempts: store.attempts, log, now }, code);
    },
  };
}

/** Runs a report after the client has received its first responses; its failure is in the log already. */
function reportLater(report: () => Promise<void>): void {
  setTimeout(() => report().catch(() => {}), REPORT_AFTER_MS).unref();
}

/** Waiting does not keep the process alive. */
function runLater(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
}

/** Logs which calls of earlier runs have no outcome, and where the hash chain of the journal ends. */
async function reportUnfinished(journal: Journal, log: Log, now: () => number, ageMs: number): Promise<void> {
  const unfinished = await journal.unfinished();
  for (const { at, call, operation, target } of unfinished) {
    if (now() - Date.parse(at) < ageMs) continue;
    log.warn(
      { at, call, operation, target },
      'outcome unknown: this call was started, but its end was not recorded; check whether it took effect',
    );
  }
  log.info(await journal.verify(), 'state of the journal');
}
