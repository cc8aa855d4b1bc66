import type { InputRequiredResult, ServerContext } from '@modelcontextprotocol/server';
import type { Call } from '../../../src/operations/index.ts';
import { deletionTimesIn } from '../../../src/safety/deletions.ts';
import { limitToEnvironments } from '../../../src/safety/environments.ts';
import { formerNames } from '../../../src/safety/former-names.ts';
import { type GateOptions, gate } from '../../../src/safety/gate.ts';
import { type Journal, sqlJournal } from '../../../src/safety/journal.ts';
import { journaledCall } from '../../../src/safety/journaled-call.ts';
import type { Ledger } from '../../../src/safety/ledger.ts';
import type { Caller, Restrictions } from '../../../src/safety/policy.ts';
import { inlineSink, type SecretSink } from '../../../src/safety/secrets.ts';
import { sqlLedger } from '../../../src/safety/sql-ledger.ts';
import { openState, type StateDatabase } from '../../../src/safety/state.ts';
import { type StateSigner, stateSigners } from '../../../src/safety/state-signer.ts';
import { callTool } from '../../../src/tools/call.ts';
import type { ToolDependencies } from '../../../src/tools/dependencies.ts';
import { UNRESTRICTED } from '../../support/unrestricted.ts';
import { type Clock, HOUR, type Members } from './backend.ts';

export const PLACE = { backend: 'test', region: 'us-east-1' };
export const OPEN_MS = HOUR / 4;

/** One `tools/call` as it arrives over the wire; `state` and `answers` are whatever the client sends. */
export interface Attempt {
  readonly tool: string;
  readonly arguments: Members;
  readonly principal?: string;
  /** Which client it comes from. */
  readonly client?: string;
  /** Whether the client declared forms. */
  readonly forms?: boolean;
  /** Whether it declared links; there is a page to link to. */
  readonly links?: boolean;
  readonly state?: string;
  readonly answers?: unknown;
  readonly signal?: AbortSignal;
}

export type Outcome =
  | { readonly kind: 'asked'; readonly message: string; readonly state: string }
  | { readonly kind: 'linked'; readonly text: string; readonly state: string }
  | { readonly kind: 'done'; readonly content: Members; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string; readonly content: Members | undefined };

/** The safety layer of one server process over a state database, without a transport. */
export interface Guard {
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly state: StateDatabase;
  readonly signer: StateSigner;
  attempt(attempt: Attempt): Promise<Outcome>;
  close(): Promise<void>;
}

export interface GuardOptions {
  readonly call: Call;
  readonly clock: Clock;
  /** The file of the state database, or an open one. */
  readonly state?: string | StateDatabase;
  readonly signer?: StateSigner;
  readonly restrictions?: Partial<Restrictions>;
  readonly environments?: readonly string[];
  readonly secrets?: SecretSink;
  readonly quotas?: ToolDependencies['quotas'];
  readonly outOfBand?: GateOptions['outOfBand'];
  readonly requirePinnedKey?: GateOptions['requirePinnedKey'];
  /** Whether forms count as consent; by default, they do. */
  readonly trustsForms?: ToolDependencies['trustsForms'];
  /** What the gate gets in place of the ledger. */
  readonly overLedger?: (ledger: Ledger) => Ledger;
  readonly beforeCall?: GateOptions['beforeCall'];
  /** Why callers may make no call of a risk. */
  readonly refusal?: Caller['refusal'];
}

export async function openGuard(options: GuardOptions): Promise<Guard> {
  const { clock, signer = stateSigners()('question'), environments, secrets = inlineSink } = options;
  const state = typeof options.state === 'object' ? options.state : await openState(options.state ?? ':memory:');
  const ledger = sqlLedger(async () => state, { now: clock.now, openMs: OPEN_MS });
  const journal = sqlJournal(async () => state, clock.now);
  const journaled = journaledCall(options.call, journal, 'test', () => {});
  const call = environments === undefined ? journaled : limitToEnvironments(journaled, environments);
  const restrictions = { ...UNRESTRICTED, environments, ...options.restrictions };
  const { outOfBand = async () => undefined, beforeCall = async () => {} } = options;
  const { overLedger = (same) => same } = options;
  const shared = { call, backendLocation: PLACE, restrictions, secrets, formerNames: () => formerNames(journal) };
  const outOfBandAdvice = 'set up a terminal (approve --init)';
  const { requirePinnedKey, trustsForms, quotas } = options;
  const approving = { ledger: overLedger(ledger), signer, outOfBand, outOfBandAdvice, beforeCall };
  const pinning = requirePinnedKey === undefined ? {} : { requirePinnedKey };
  const pageOpener = async () => async (code: string) => `http://127.0.0.1/${code}`;
  const deps = {
    ...shared,
    deletionTimes: () => deletionTimesIn(journal),
    pageOpener,
    trustsForms,
    quotas,
    gate: gate({ ...shared, quotas, ...approving, ...pinning }),
  };
  return {
    ledger,
    journal,
    state,
    signer,
    attempt: async ({
      tool,
      arguments: given,
      principal = 'ann',
      client = 'one',
      forms = true,
      links = false,
      ...rest
    }) => {
      const caller = { principal, answersForms: true, refusal: options.refusal ?? (() => undefined) };
      const request = { name: tool, arguments: given };
      const exchange = { context: contextOf(rest, signer), client, showsForms: forms, showsLinks: links };
      // Tools have more dependencies; only the gate and what it needs matter here.
      const result = await callTool({ ...deps, caller } as unknown as ToolDependencies, request, exchange);
      return outcomeOf(result as never);
    },
    close: async () => {
      if (typeof options.state !== 'object') await state.close();
    },
  };
}

/** What the SDK does with a request: it passes a state on only if its signature is valid. */
function contextOf({ state, answers, signal }: Pick<Attempt, 'state' | 'answers' | 'signal'>, signer: StateSigner) {
  const opened = state === undefined ? undefined : signer.verify(state);
  return {
    mcpReq: {
      signal: signal ?? new AbortController().signal,
      requestState: () => opened,
      inputResponses: answers,
      envelope: {},
    },
  } as unknown as ServerContext;
}

interface Result {
  readonly isError?: boolean;
  readonly structuredContent?: Members;
  readonly content: { readonly text?: string }[];
}

function outcomeOf(result: Result | InputRequiredResult): Outcome {
  if ('inputRequests' in result) {
    const { approval, link } = result.inputRequests as unknown as Record<string, { params: { message: string } }>;
    const state = String(result.requestState);
    if (approval !== undefined) return { kind: 'asked', message: approval.params.message, state };
    return { kind: 'linked', text: String(link?.params.message), state };
  }
  const { isError, structuredContent, content } = result as Result;
  const text = content.map((block) => block.text).join('\n');
  if (isError === true) return { kind: 'refused', text, content: structuredContent };
  return { kind: 'done', content: structuredContent ?? {}, text };
}

/** A form that was returned with a name. */
export const accept = (name: unknown) => ({ approval: { action: 'accept', content: { name } } });
export const decline = { approval: { action: 'decline' } };
export const cancel = { approval: { action: 'cancel' } };

/** Requests the call and returns the form. Throws if there is no form. */
export async function asked(guard: Guard, attempt: Attempt): Promise<{ message: string; state: string }> {
  const outcome = await guard.attempt(attempt);
  if (outcome.kind !== 'asked') throw new Error(`nobody was asked: ${outcome.text}`);
  return outcome;
}

/** Requests the call, and lets the person type a name. */
export async function approved(guard: Guard, attempt: Attempt, name: string): Promise<Outcome> {
  const { state } = await asked(guard, attempt);
  return guard.attempt({ ...attempt, state, answers: accept(name) });
}
