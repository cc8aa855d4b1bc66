import { riskOf } from '../operations/derive.ts';
import { type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { typedEnvironment, whatLine } from './approval-head.ts';
import { type ApprovalParts, approvalText } from './approval-text.ts';
import { eachAtOnce } from './blast/estate.ts';
import type { Blocker, Members } from './blast/finding.ts';
import { digest } from './digest.ts';
import { renameNotes } from './former-names.ts';
import { accountIn } from './home.ts';
import { counted } from './item-text.ts';
import { placeFacts } from './place.ts';
import { type Bound, bindingOf, type Plan, type Planner, planCall } from './plan.ts';
import { approvalNeeded, type Restrictions } from './policy.ts';
import { tagAsks } from './protection.ts';
import { EVERYTHING, type Sight } from './sight.ts';

/** One call of several. */
export interface BatchCall {
  readonly operation: OperationName;
  readonly input: Members;
  /** Names it among the others: `user:ann`. */
  readonly label: string;
}

/** Several calls in one environment that lose nothing, made by one call of a tool. */
export interface Batch {
  readonly tool: string;
  /** The arguments of that tool. */
  readonly input: Members;
  readonly environmentId: string;
  /** What it does, in capitals, and to how many entities. */
  readonly verb: string;
  readonly entities: number;
  readonly calls: readonly BatchCall[];
}

/** Those calls of a batch that a person approves as one plan. */
export interface BatchPlan extends Bound {
  /** The name of the environment. */
  readonly name: string;
  /** The plan of each call that needs approval. */
  readonly steps: ReadonlyMap<BatchCall, Plan>;
}

/** The calls of a batch that a person has to approve. */
export const askingCalls = ({ calls }: Batch, restrictions: Restrictions): BatchCall[] =>
  calls.filter(({ operation, input }) => {
    const risk = riskOf(operationNamed(operation), input);
    return approvalNeeded({ operation, risk, asks: tagAsks(input) }, restrictions);
  });

/** The plan of those calls. Rejects with what the reading calls reject with. */
export async function planBatch(
  planner: Planner,
  batch: Batch,
  asking: readonly BatchCall[],
  principal: string,
  options: CallOptions,
): Promise<BatchPlan> {
  const { tool, input, environmentId, verb, entities, calls } = batch;
  const { call, place } = planner;
  const { name: given, environmentArn } = await call('GetKxEnvironment', { environmentId }, options);
  const name = given || environmentId;
  const plans = await eachAtOnce(asking, (of) => planCall(planner, of.operation, of.input, principal, options));
  // Creates and changes of tags have no declared target, so that each has a plan.
  const steps = new Map(asking.map((of, at) => [of, plans[at] as Plan]));
  const all = [...steps.values()];
  const bound = { tool, input, place, principal, fingerprint: digest(all.map(({ fingerprint }) => fingerprint)) };
  const notes = [
    ...renameNotes(await planner.formerNames?.(), environmentId),
    ...unique(all.flatMap((plan) => plan.partsFor(EVERYTHING).notes)),
    ...(asking.length === calls.length
      ? []
      : [{ says: `Other steps of this call, which need no approval: ${calls.length - asking.length}.` }]),
  ];
  const partsFor = (sight: Sight): ApprovalParts => ({
    what: whatLine({ verb, noun: `${counted('entity', entities)} of kdb environment`, name, environmentId }),
    typed: typedEnvironment(name, environmentId),
    place: placeFacts(place, { account: accountIn(environmentArn) }),
    isFinal: false,
    changes: [...steps].flatMap(([{ label }, plan]) =>
      plan.partsFor(sight).changes.map((change) => ({ ...change, setting: `${label}.${change.setting}` })),
    ),
    lost: [],
    interrupted: [],
    notes,
    details: [[['environmentId', environmentId]]],
  });
  const { text, fits } = approvalText(partsFor(EVERYTHING));
  const typed = typedEnvironment(name, environmentId);
  const { target, server } = place;
  const { operation } = asking[0] as BatchCall;
  const shown = { operation, target, server, noun: 'kdb environment', name: typed, text, lost: [], interrupted: [] };
  return {
    ...bound,
    name,
    steps,
    // Protection refuses no call that loses nothing.
    forbidden: undefined,
    blockers: unique(all.flatMap(({ blockers }) => blockers)).filter(unmade(calls)),
    binding: bindingOf(bound),
    about: digest({ tool, place, principal, environmentId, input }),
    shown,
    fits,
    textFor: (sight) => approvalText(partsFor(sight), sight).text,
  };
}

/** Whether a blocker is anything but something missing that the batch makes. */
export function unmade(calls: readonly BatchCall[]): (blocker: Blocker) => boolean {
  const made = new Set(calls.map(({ label }) => label.replace(/(?<=:).*\//, '')));
  return ({ item: { kind, name, detail } }) =>
    detail !== 'does not exist' || !made.has(`${kind.replaceAll(' ', '-')}:${name}`);
}

const unique = <T>(things: readonly T[]): T[] => [
  ...new Map(things.map((thing) => [JSON.stringify(thing), thing])).values(),
];
