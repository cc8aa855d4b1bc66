import { setTimeout as pause } from 'node:timers/promises';
import { inputRequired, inputResponse, type ServerContext } from '@modelcontextprotocol/server';
import type { Actor } from '../operations/index.ts';
import type { Answer, Decision, Dialog, Reply } from '../safety/gate.ts';
import type { Question } from '../safety/ledger.ts';
import { FOREIGN_QUESTION } from '../safety/seal.ts';
import type { Exchange, ToolEnvironment, ToolResult } from './environment.ts';
import { progressOf } from './progress.ts';
import { refused } from './result.ts';

/** How a call that may need a person is decided: at first, where there may be nothing to decide about, and after a form came back. */
export interface Deciding<Planned> {
  first(dialog: Dialog): Promise<Decision<Planned> | { readonly kind: 'none'; readonly result: ToolResult }>;
  after(reply: Reply): Promise<Decision<Planned>>;
}

/** Who may run the call and by which plan, or the form, link or refusal that it amounts to for now. */
export async function approved<Planned>(
  { pageOpener, formsCount, caller }: Pick<ToolEnvironment, 'pageOpener' | 'formsCount' | 'caller'>,
  exchange: Exchange,
  deciding: Deciding<Planned>,
): Promise<{ readonly actor: Actor; readonly plan: Planned } | { readonly result: ToolResult }> {
  const { context, showsLinks } = exchange;
  const showsForms = exchange.showsForms && caller.answersForms && ((await formsCount?.()) ?? true);
  const nonce = context.mcpReq.requestState<string>();
  if (nonce === FOREIGN_QUESTION) return { result: refused(...ELSEWHERE) };
  settled(context);
  if (nonce !== undefined && !followed(context) && !showsForms)
    return { result: refused(...(!caller.answersForms ? NOBODY_THERE : exchange.showsForms ? NOT_TRUSTED : NO_FORMS)) };
  const open = nonce === undefined && showsLinks && !showsForms ? await pageOpener?.() : undefined;
  const decision =
    nonce === undefined
      ? await deciding.first(showsForms ? 'form' : open === undefined ? 'none' : 'link')
      : followed(context)
        ? await waited(deciding, context)
        : await deciding.after({ nonce, answer: answerIn(context) });
  if (decision.kind === 'run' || decision.kind === 'none') return decision;
  if (decision.kind === 'ask') return { result: form(decision, context) };
  const { waiting } = decision;
  if (waiting === undefined || open === undefined) return { result: refused(...decision.lines) };
  return { result: link(waiting, await open(waiting.question.code)) };
}

const ELSEWHERE = [
  'This form was sealed by another replica of this server, or before a restart, so that the answer counts for nothing. Nothing was changed.',
  'Make the call again without it. If this happens again and again, the replicas share no key: a person has to give all of them the same --seal-keys (with --redis), or send a client to one replica only.',
];
const NO_FORMS = ['This client did not say that it shows forms, so that none from it is consent. Nothing was changed.'];
const NOT_TRUSTED = [
  'Approvals need the passphrase of the person who owns the approver key, so that no form from this client is consent. Nothing was changed.',
];
const NOBODY_THERE = [
  'The token of this request does not have the scope finspace:approve, so that no form from this client is consent. Nothing was changed.',
];

function form({ question, state }: Extract<Decision, { kind: 'ask' }>, context: ServerContext): ToolResult {
  const { shown } = question;
  whileOpen(question, context);
  return inputRequired({
    inputRequests: {
      approval: inputRequired.elicit({
        message: shown.text,
        requestedSchema: {
          type: 'object',
          properties: {
            name: { type: 'string', title: `Name of the ${shown.noun}`, description: 'Typed exactly, to approve' },
          },
          required: ['name'],
        },
      }),
    },
    requestState: state,
  });
}

function link(
  { question, state }: { question: { code: string; shown: { text: string } }; state: string },
  url: string,
): ToolResult {
  const message = `${question.shown.text.split('\n')[0]}\nThe page shows the plan ${question.code} and asks for proof of who you are. Opening it approves nothing.`;
  return inputRequired({ inputRequests: { link: inputRequired.elicitUrl({ message, url }) }, requestState: state });
}

const followed = ({ mcpReq }: ServerContext) => mcpReq.inputResponses !== undefined && 'link' in mcpReq.inputResponses;

const LINK_WAIT_MS = 20_000;
const LINK_POLL_MS = 500;

/** A link that was followed grants nothing: the ledger decides, for as long as a person may reasonably take on the page. */
async function waited<Planned>(deciding: Deciding<Planned>, context: ServerContext) {
  const response = inputResponse(context.mcpReq.inputResponses, 'link');
  const report = progressOf(context);
  const patient = response.kind === 'elicit' && response.action === 'accept' ? LINK_WAIT_MS : 0;
  for (const end = performance.now() + patient; ; ) {
    const decision = await deciding.first('none');
    if (decision.kind !== 'refuse' || decision.waiting === undefined || performance.now() >= end) return decision;
    await report('waiting for a person to approve on the page');
    await pause(LINK_POLL_MS, undefined, { signal: context.mcpReq.signal });
  }
}

/** The answer comes from the client: anything but a well-formed accept with a typed name is a refusal. */
function answerIn({ mcpReq }: ServerContext): Answer {
  const response = inputResponse(mcpReq.inputResponses, 'approval');
  if (response.kind !== 'elicit') return { action: 'cancel' };
  if (response.action !== 'accept') return { action: response.action };
  const typed = (response.content as Record<string, unknown> | undefined)?.['name'];
  return { action: 'accept', typed: typeof typed === 'string' ? typed : '' };
}

const HEARTBEAT_MS = 10_000;
/** By the signal of the call, which stays the same when its form comes back; parallel calls may wait for one question. */
const heartbeats = new WeakMap<AbortSignal, NodeJS.Timeout>();

/**
 * In the 2025 era the call stays open while the person reads, so the client is told every ten seconds that it is not stuck. A call
 * that ends because its form could not be shown does not come back here: then the question's end is that of the reports, too.
 */
function whileOpen({ opened, expires }: Question, context: ServerContext): void {
  const { envelope, signal } = context.mcpReq;
  if (envelope !== undefined) return;
  const report = progressOf(context);
  const end = () => settled(context);
  let left = Math.floor((expires - opened) / HEARTBEAT_MS);
  const beat = setInterval(() => {
    left -= 1;
    if (left < 0) end();
    else report('waiting for a person to approve').catch(end);
  }, HEARTBEAT_MS);
  heartbeats.set(signal, beat.unref());
  signal.addEventListener('abort', end, { once: true });
}

function settled({ mcpReq: { signal } }: ServerContext): void {
  clearInterval(heartbeats.get(signal));
  heartbeats.delete(signal);
}
