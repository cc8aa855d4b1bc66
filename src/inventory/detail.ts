import { statusClass } from '../kinds/statuses.ts';
import { quoteUnlessPlain } from '../untrusted.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { expectedBy } from './failed-or-stuck.ts';
import type { Graph, GraphEntity } from './graph-types.ts';
import { arnIn, factsOf } from './kinds.ts';
import { entityRow, type Row } from './summary.ts';
import { isoMinute, truncate } from './units.ts';

/** Maximum members of a list that are shown, and maximum characters of a list of texts that are shown in full. */
const MAX_ITEMS = 10;
const MAX_CHARACTERS = 1_000;

/** Everything known about one entity, without duplicates in another form. */
export function detailOf(entity: GraphEntity, graph: Graph): Row {
  const { id, kind, status, statusReason, created, modified, facts } = entity;
  const isUnderway = statusClass(status) === 'underway';
  const row = entityRow(entity, graph);
  const more = Object.entries(facts).filter(([name]) => factsOf(kind)[name]?.replacedInRow !== true && !(name in row));
  return {
    id,
    ...row,
    ...(statusReason === undefined ? {} : { reason: statusReason }),
    ...(created === undefined ? {} : { created: isoMinute(created) }),
    ...(modified === undefined || modified === created ? {} : { changed: isoMinute(modified) }),
    ...Object.fromEntries(more.map(([name, value]) => [name, bounded(value)])),
    ...withoutUndefined({
      nodeList: nodeList(entity),
      expectedBy: isUnderway ? isoMinute(expectedBy(kind, modified ?? created)) : undefined,
      arn: arnIn(graph, entity),
    }),
  };
}

/** The nodes of a cluster, each with its status and since when; undefined where they were not read. */
export const nodeList = ({ facts }: GraphEntity) =>
  Array.isArray(facts['nodes']) ? bounded(facts['nodes'].map(nodeText)) : undefined;

interface Node {
  readonly nodeId?: string;
  readonly status?: string;
  readonly launchTime?: string;
}

const nodeText = ({ nodeId, status, launchTime }: Node) =>
  [
    ...[nodeId, status].flatMap((text) => (text === undefined ? [] : quoteUnlessPlain(text))),
    ...(launchTime === undefined ? [] : [`since ${isoMinute(launchTime)}`]),
  ].join(' ');

/** A value shortened to fit: the first members of a list with the number of others, and the beginnings of texts if the list is too long. */
function bounded(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const isLong = JSON.stringify(value).length > MAX_CHARACTERS && value.every((each) => typeof each === 'string');
  const items = isLong ? value.map((each: string) => truncate(each, 40)) : value;
  return items.length <= MAX_ITEMS ? items : [...items.slice(0, MAX_ITEMS), `${items.length - MAX_ITEMS} more`];
}
