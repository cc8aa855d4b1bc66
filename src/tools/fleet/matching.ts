import type { Graph, GraphEntity } from '../../inventory/graph.ts';
import { entityRow } from '../../inventory/summary.ts';

/** An entity in its environment, with what was found out about it. */
export interface Candidate {
  readonly graph: Graph;
  readonly entity: GraphEntity;
  readonly tags?: Readonly<Record<string, string>>;
  /** The settings for which it was found, as `name=value`. */
  readonly matched?: readonly string[];
}

interface Wanted {
  readonly name?: string | undefined;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly olderThan?: string | undefined;
  readonly youngerThan?: string | undefined;
  readonly changedWithin?: string | undefined;
}

/** Whether an entity is what was asked for, as far as that shows in itself. */
export function matches(entity: GraphEntity, wanted: Wanted, now: string): boolean {
  const { name, status, type, olderThan, youngerThan, changedWithin } = wanted;
  const since = (iso: string | undefined) => Date.parse(now) - Date.parse(iso ?? '');
  const old = since(entity.created);
  const isNot = status?.startsWith('!') ?? false;
  const state = status?.replace('!', '').toUpperCase();
  const types = [entity.facts['type'], entity.facts['hostType'], entity.facts['nodeType']].map((each) =>
    String(each).toUpperCase(),
  );
  return (
    (name === undefined || [entity.name, entity.database ?? ''].some((text) => nameMatches(text, name))) &&
    (state === undefined || (entity.status ?? '').includes(state) !== isNot) &&
    (type === undefined || types.includes(type.toUpperCase())) &&
    (olderThan === undefined || old > span(olderThan)) &&
    (youngerThan === undefined || old < span(youngerThan)) &&
    (changedWithin === undefined || Math.min(old, since(entity.modified ?? entity.created)) < span(changedWithin))
  );
}

/** Parts in order, letter case aside; no regular expression, because the pattern is the model's. */
function nameMatches(text: string, pattern: string): boolean {
  let at = 0;
  return pattern
    .toLowerCase()
    .split('*')
    .every((part) => {
      const found = text.toLowerCase().indexOf(part, at);
      at = found + part.length;
      return found >= 0;
    });
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const span = (text: string) => Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] ?? 0);

const MOST_MATCHED = 3;
/** What an entity says about others or about its state now, which is not a setting of its own. */
const NOT_SETTINGS = new Set(['name', 'status', 'nodes', 'attachedClusters', 'clusters', 'usedBy', 'versions', 'arn']);

/** The candidate with the settings that contain a text, or nothing when none does. */
export function usedIn({ graph, entity }: Candidate, text: string): Candidate[] {
  const wanted = text.toLowerCase();
  const settings = { ...entityRow(entity, graph), ...entity.facts };
  const lines = Object.entries(settings)
    .filter(([name]) => !NOT_SETTINGS.has(name))
    .flatMap(([name, value]) => settingLines(name, value));
  const matched = [...new Set(lines)].filter((line) => line.toLowerCase().includes(wanted));
  return matched.length === 0 ? [] : [{ graph, entity, matched: matched.slice(0, MOST_MATCHED) }];
}

/** `code=s3://…`, `autoscaling.min=3`, one for each value in a setting. */
function settingLines(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => settingLines(name, each));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([member, each]) => settingLines(`${name}.${member}`, each));
  return value === undefined ? [] : [`${name}=${value}`];
}
