import { riskOf } from '../operations/derive.ts';
import { type CallOptions, type OperationName, operationNamed } from '../operations/index.ts';
import { typedEnvironment, whatLine } from './approval-head.ts';
import { type ApprovalParts, approvalText } from './approval-text.ts';
import { eachAtOnce } from './blast/estate.ts';
import type { Blocker, Members, Note } from './blast/finding.ts';
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
  const { tool, input, environmentId, calls } = batch;
  const { call, place } = planner;
  const { name: given, environmentArn } = await call('GetKxEnvironment', { environmentId }, options);
  const name = given || environmentId;
  const plans = await eachAtOnce(asking, (of) => planCall(planner, of.operation, of.input, principal, options));
  // Creates and changes of tags have no declared target, so that each has a plan.
  const steps = new Map(asking.map((of, at) => [of, plans[at] as Plan]));
  const bound = { tool, input, place, principal, fingerprint: digest(plans.map((plan) => plan?.fingerprint)) };
  const facts = placeFacts(place, { account: accountIn(environmentArn) });
  const former = renameNotes(await planner.formerNames?.(), environmentId);
  const partsFor = (sight: Sight) => batchParts(batch, { name, steps, place: facts, former }, sight);
  const { text, fits } = approvalText(partsFor(EVERYTHING));
  const { target, server } = place;
  const { operation } = asking[0] as BatchCall;
  const typed = typedEnvironment(name, environmentId);
  return {
    ...bound,
    name,
    steps,
    // Protection refuses no call that loses nothing.
    forbidden: undefined,
    blockers: unique([...steps.values()].flatMap(({ blockers }) => blockers)).filter(unmade(calls)),
    binding: bindingOf(bound),
    about: digest({ tool, place, principal, environmentId, input }),
    shown: { operation, target, server, noun: 'kdb environment', name: typed, text, lost: [], interrupted: [] },
    fits,
    textFor: (sight) => approvalText(partsFor(sight), sight).text,
  };
}

interface BatchFacts extends Pick<BatchPlan, 'name' | 'steps'> {
  readonly place: ApprovalParts['place'];
  readonly former: readonly Note[];
}

/** What the text about all calls is made of that need approval. */
function batchParts(
  { verb, entities, environmentId, calls }: Batch,
  { name, steps, place, former }: BatchFacts,
  sight: Sight,
): ApprovalParts {
  const others = calls.length - steps.size;
  const parts = [...steps].map(([{ label }, plan]) => ({ label, ...plan.partsFor(sight) }));
  return {
    what: whatLine({ verb, noun: `${counted('entity', entities)} of kdb environment`, name, environmentId }),
    typed: typedEnvironment(name, environmentId),
    place,
    isFinal: false,
    changes: parts.flatMap(({ label, changes }) =>
      changes.map((change) => ({ ...change, setting: `${label}.${change.setting}` })),
    ),
    lost: [],
    interrupted: [],
    notes: [
      ...former,
      ...unique(parts.flatMap(({ notes }) => notes)),
      ...(others === 0 ? [] : [{ says: `Other steps of this call, which need no approval: ${others}.` }]),
    ],
    details: [[['environmentId', environmentId]]],
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
