import { groupBy } from '../group-by.ts';
import { changeOf } from '../kinds/index.ts';
import type { LossKind } from '../kinds/losses.ts';
import { arnParts, environmentIdIn } from '../operations/arn.ts';
import { labels } from '../operations/http.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import type { Risk } from '../operations/operation.ts';
import { createdLabel } from '../operations/references.ts';
import { typedEnvironment, whatLine } from './approval-head.ts';
import type { ApprovalParts } from './approval-text.ts';
import { type BackendLocation, type LabelledValue, locationFacts } from './backend-location.ts';
import { isDescribed } from './item-text.ts';
import type { Change, Item, Members, Note } from './plan-parts.ts';
import { POLICY } from './policy.ts';
import type { Preview } from './preview.ts';
import { isControlTag, targetPath } from './protection.ts';
import type { TargetEntity } from './target.ts';
import type { TargetEnvironment } from './target-environment.ts';
import { isTargetShown, type Visibility } from './visibility.ts';

/** One planned call, and everything found out about it. */
export interface CallFacts {
  readonly operation: OperationName;
  readonly risk: Risk;
  readonly input: Members;
  readonly target: TargetEntity;
  readonly effects: Pick<Preview, 'lost' | 'interrupted'> & {
    readonly changes: readonly Change[];
    readonly notes: readonly Note[];
  };
  readonly backendLocation: BackendLocation;
  readonly targetEnvironment?: TargetEnvironment;
}

const STATE_MEMBERS = ['status', 'clusterType', 'hostType', 'createdTimestamp', 'creationTimestamp', 'createTimestamp'];
/** The path of a network rule, at the beginning of the path of one of its settings. */
const RULE = /^.*attachmentNetworkAclConfiguration\.\d+(?=\.)/;

/** The parts of the text about one call, without what a caller may not see of its target and environment. */
export function callParts(facts: CallFacts, visibility: Visibility): ApprovalParts {
  const { operation, input, target, targetEnvironment } = facts;
  // The tags of an entity have a read of their own.
  const kind = operationNamed(operation).kind === 'tags' ? undefined : target.noun;
  const isShown =
    isTargetShown(facts, visibility.isOffered) && visibility.showsDetails(kind, targetPath(operation, input));
  const environment = targetEnvironment?.environment;
  const isNameShown = environment === undefined || visibility.showsName('kdb environment', environment);
  const seen = isNameShown ? facts : { ...facts, targetEnvironment: { ...targetEnvironment, environment: undefined } };
  return partsOf(seen, isShown);
}

function partsOf(facts: CallFacts, isShown: boolean): ApprovalParts {
  const { operation, risk, input, target, effects, backendLocation, targetEnvironment = {} } = facts;
  const { http, target: declared } = operationNamed(operation);
  const pathLabels = labels({ http });
  const isWhole = targetsEnvironment(operation, input);
  const environmentId = environmentIdIn(input);
  const created = declared === undefined ? createdLabel(operation) : undefined;
  const targetLabels = created === undefined ? pathLabels : [...pathLabels, created];
  const parentLabel = targetLabels.filter((label) => label !== 'environmentId').at(-2);
  // The first line already identifies the target, unless the target has another name.
  const ids = pathLabels.filter((label) => label !== declared?.member || declared.namePath !== undefined);
  const state = isShown ? STATE_MEMBERS.filter((member) => typeof target.entity[member] === 'string') : [];
  const changes = settingChanges(facts);
  return {
    what: whatLine({
      verb: verbOf(operation, risk),
      noun: target.noun,
      name: target.name,
      parent: parentLabel === undefined ? undefined : String(input[parentLabel]),
      environment: isWhole ? undefined : (targetEnvironment.environment ?? environmentId),
      environmentId,
    }),
    typed: typedName(operation, input, target),
    where: locationFacts(backendLocation, targetEnvironment),
    isFinal: isFinal(risk, effects),
    changes: isShown ? changes : changes.map((change) => ({ ...change, before: WITHHELD })),
    lost: isShown ? effects.lost : effects.lost.map((item) => hiddenIfPart(item, target)),
    interrupted: isShown ? effects.interrupted : effects.interrupted.map((item) => hiddenIfPart(item, target)),
    notes: effects.notes,
    details: [
      ids.map((label): LabelledValue => [label, String(input[label])]),
      ...(arnParts(input['resourceArn']) ?? []).map(({ kind, id }): LabelledValue[] => [[kind, id]]),
      state.map((member): LabelledValue => [member, String(target.entity[member])]),
    ],
  };
}

const WITHHELD = 'withheld here';

/**
 * An item without a path of its own is a part of the target, and even its name may describe the target: it becomes its kind and the name of
 * the target. Others stay as they are.
 */
function hiddenIfPart(item: Item, { name }: TargetEntity): Item {
  const { kind, arn } = item;
  if (arn !== undefined) return item;
  // Texts show only the name of such an item.
  return { kind, name: isDescribed(kind) ? kind : name };
}

/** What a person must type: the name and, for a whole environment, also the beginning of its id. */
export function typedName(operation: OperationName, input: Members, { name }: Pick<TargetEntity, 'name'>): string {
  return targetsEnvironment(operation, input) ? typedEnvironment(name, String(input['environmentId'])) : name;
}

/** Whether the target of a call is a whole environment, of either kind. */
export function targetsEnvironment(operation: OperationName, input: Members): boolean {
  const { kind } = operationNamed(operation);
  return input['environmentId'] !== undefined && (kind === 'kx-environment' || kind === 'environment');
}

function verbOf(operation: OperationName, risk: Risk): string {
  if (risk === 'disrupt') return 'INTERRUPT';
  const first = (/^[A-Z][a-z]+/.exec(operation) as RegExpExecArray)[0].toUpperCase();
  return (POLICY[risk].needsApproval ? changeOf(operation)?.change.verb : undefined) ?? first;
}

/** A transit gateway is final once it is attached; its rules and the DNS servers can be changed again. */
const isFinal = (risk: Risk, { lost }: CallFacts['effects']) =>
  risk === 'destroy' || lost.some(({ kind }) => kind === ('option to change' satisfies LossKind));

/** What is set and removed: first the tags that control this server; for an update, as compared with the current settings. */
function settingChanges({ operation, input, target, effects }: CallFacts): Change[] {
  const { update } = operationNamed(operation);
  const pathLabels = labels(operationNamed(operation));
  const compared = [...Object.keys(update?.settings(input) ?? {}), ...(changeOf(operation)?.change.shows ?? [])];
  const rest = Object.fromEntries(
    Object.entries(input).filter(([member]) => !pathLabels.includes(member) && !compared.includes(member)),
  );
  const all = [...byRule(effects.changes), ...argumentChanges(rest, target.entity)];
  const setsControlTag = ({ setting }: Change) => isControlTag(setting.replace('tags.', ''));
  return [...all.filter(setsControlTag), ...all.filter((change) => !setsControlTag(change))];
}

/** The changes, with those of one network rule as one. */
function byRule(changes: readonly Change[]): Change[] {
  const groups = groupBy(changes, ({ setting }) => RULE.exec(setting)?.[0] ?? setting);
  return [...groups].map(([setting, parts]) => {
    if (parts[0]?.setting === setting) return parts[0];
    const side = (which: 'before' | 'after') => {
      const values = parts.flatMap((part) =>
        part[which] === undefined ? [] : `${part.setting.slice(setting.length + 1)} ${part[which]}`,
      );
      return values.length === 0 ? undefined : values.join(', ');
    };
    return { setting, before: side('before'), after: side('after') };
  });
}

/** The tags that are removed, and everything that is set. */
function argumentChanges({ tagKeys = [], ...rest }: Members, entity: Members): Change[] {
  const present = new Map(leaves(entity));
  const removed = (tagKeys as string[]).map((key) => [`tags.${key}`, undefined] as const);
  return [...removed, ...leaves(rest)].map(([setting, after]) => ({ setting, before: present.get(setting), after }));
}

/** Everything that is set, with its path. */
function leaves(value: unknown, path: readonly string[] = []): [string, string][] {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (inside.length > 0) return inside.flatMap(([member, inner]) => leaves(inner, [...path, member]));
  return path.length === 0 ? [] : [[path.join('.'), typeof value === 'object' ? 'nothing' : String(value)]];
}
