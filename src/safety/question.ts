import { labels } from '../operations/http.ts';
import { type OperationName, operationNamed } from '../operations/index.ts';
import type { Risk } from '../operations/operation.ts';
import { placesIn } from './arn.ts';
import type { Finding, Item, Members } from './blast/finding.ts';
import type { Home } from './home.ts';
import { isOwnTag } from './protection.ts';
import type { Named } from './subject.ts';
import { quoted } from './untrusted.ts';

/** Where a call would go, in words for a person. */
export interface Place {
  readonly backend: string;
  readonly region: string;
  /** The alias under which the backend was chosen, where several are served. */
  readonly target?: string | undefined;
  /** The file of a local world, where it is not the default one. */
  readonly world?: string | undefined;
}

const VERBS: Partial<Record<Risk, string>> = {
  destroy: 'DELETE',
  network: 'CHANGE THE NETWORK OF',
  disrupt: 'INTERRUPT',
};
const STATE = ['status', 'clusterType', 'hostType', 'createdTimestamp', 'creationTimestamp', 'createTimestamp'];
const MOST_ITEMS = 12;
/** The largest change of a network has about 110 lines. */
const MOST_SETTINGS = 200;
const MOST_CHARACTERS = 100_000;
/** Room for a rule. */
const MOST_OF_OLD = 160;
const RULES = 'attachmentNetworkAclConfiguration';

/**
 * What a person reads before approving: what and where, whether it can be undone, what is lost, and then the rest, in a fixed
 * order; foreign text only inside quotes, so that no name or description can add, hide or reorder a line.
 */
export function questionText(
  operation: OperationName,
  input: Members,
  subject: Named,
  finding: Finding,
  place: Place,
  home: Home = {},
): string {
  const { risk, http, target } = operationNamed(operation);
  const inPath = labels({ http });
  const rest = Object.fromEntries(Object.entries(input).filter(([member]) => !inPath.includes(member)));
  // What identifies a target is in the first line already, unless it goes by another name.
  const ids = inPath.filter((label) => label !== target?.member || target.namePath !== undefined);
  const state = STATE.filter((member) => typeof subject.entity[member] === 'string');
  return [
    `${VERBS[risk] ?? verbOf(operation)} ${subject.noun} ${quoted(subject.name)}`,
    placeText(place, home),
    isFinal(risk, input) ? 'This cannot be undone.' : 'This takes effect at once.',
    ...settingLines(leaves(rest), new Map(leaves(subject.entity))),
    ...(risk === 'network' ? droppedLines(rest, subject.entity) : []),
    ...listed('Lost for ever:', finding.lost),
    ...listed('Interrupted:', finding.interrupted),
    ...factLine(ids.map((label) => [label, input[label]])),
    ...partsOf(input['resourceArn']),
    ...factLine(state.map((member) => [member, subject.entity[member]])),
    `To approve, type the name of the ${subject.noun} exactly. Anything else stops the call.`,
  ].join('\n');
}

/** Whether a plan sets more than a person can read: what is approved is shown in full, or nobody is asked. */
export function setsTooMuch({ text }: { readonly text: string }): boolean {
  const settings = text.split('\n').filter((line) => /^(?:set|drop) /.test(line));
  return settings.length > MOST_SETTINGS || settings.join('').length > MOST_CHARACTERS;
}

/** A transit gateway is for ever; DNS servers can be changed again. */
const isFinal = (risk: Risk, input: Members) =>
  risk === 'destroy' || (risk === 'network' && input['transitGatewayConfiguration'] !== undefined);

/** `TAG` of `TagResource`. */
const verbOf = (operation: OperationName) => (operation.match(/^[A-Z][a-z]+/) as [string])[0].toUpperCase();

/** `status: "RUNNING", clusterType: "RDB"`; no line where there is nothing to say. */
const factLine = (facts: readonly (readonly [string, unknown])[]): string[] =>
  facts.length === 0 ? [] : [facts.map(([label, value]) => `${label}: ${quoted(String(value))}`).join(', ')];

/** `kxDatabase: "trades"` for each part of an ARN, which is too long for one quotation. */
const partsOf = (arn: unknown) => (placesIn(arn) ?? []).map(({ kind, id }) => `${kind}: ${quoted(id)}`);

/** The tags that this server goes by are all shown, whatever else is set beside them. */
function settingLines(settings: readonly [string, string][], present: ReadonlyMap<string, string>): string[] {
  const own = settings.filter(([path, value]) => [value, path.replace('tags.', '')].some(isOwnTag));
  const line = ([path, value]: [string, string]) => {
    const old = present.get(path);
    const replaced = old === undefined || old === value ? '' : `, in place of ${quoted(old, MOST_OF_OLD)}`;
    return `set ${whole(path)} to ${whole(value)}${replaced}`;
  };
  const others = settings.filter((setting) => !own.includes(setting));
  return [...own, ...others].map(line);
}

/** A network's lists are replaced as a whole: what is in them now and not in the new ones is dropped. */
function droppedLines(rest: Members, entity: Members): readonly string[] {
  const kept = new Set(leaves(rest).map(([path]) => path));
  const present = leaves(Object.fromEntries(Object.keys(rest).map((member) => [member, entity[member]])));
  const dropped = present.filter(([path]) => /\.\d+(?:\.|$)/.test(path) && !kept.has(path));
  return dropped.map(([path, old]) => `drop ${whole(path)}, now ${quoted(old, MOST_OF_OLD)}`);
}

/** What is set is never cut. */
const whole = (text: string) => quoted(text, Number.POSITIVE_INFINITY);

/** Where it would happen, on one line. */
export const placeText = ({ region, backend, world }: Place, home: Home): string =>
  Object.entries({ environment: home.environment, account: home.account, region, backend, world })
    .flatMap(([label, value]) => (value === undefined ? [] : [`${label}: ${quoted(value)}`]))
    .join(', ');

function listed(title: string, items: readonly Item[]): string[] {
  return items.length === 0
    ? []
    : [
        title,
        ...capped(
          items.map((item) => `- ${itemText(item)}`),
          MOST_ITEMS,
          'more of them',
        ),
      ];
}

/** `database "trades" ("1.3 GB, 7 changesets")`. */
export function itemText({ kind, name, detail }: Item): string {
  return `${kind} ${quoted(name)}${detail === undefined ? '' : ` (${quoted(detail)})`}`;
}

const capped = (lines: readonly string[], most: number, what: string) =>
  lines.length <= most ? lines : [...lines.slice(0, most), `and ${lines.length - most} ${what}`];

/** What is set, each with its path. A rule of a network is one of them, with all that it says. */
function leaves(value: unknown, path: readonly string[] = []): [string, string][] {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (inside.length > 0 && path.at(-2) === RULES) {
    const rule = leaves(value).map(([member, inner]) => `${member} ${inner}`);
    return [[path.join('.'), rule.join(', ')]];
  }
  if (inside.length > 0) return inside.flatMap(([member, inner]) => leaves(inner, [...path, member]));
  return path.length === 0 ? [] : [[path.join('.'), typeof value === 'object' ? 'nothing' : String(value)]];
}
