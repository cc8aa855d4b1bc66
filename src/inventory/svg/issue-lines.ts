import type { GraphEntity, Issue } from '../graph-types.ts';
import type { EntityHealth } from '../health.ts';
import { age, counted } from '../units.ts';
import { shorten } from './text.ts';

const LINE_LETTERS = 50;

/** The problems of a cluster that has failed or is behind, in at most two lines; empty for other clusters. */
export function issueLinesOf({ statusReason }: GraphEntity, health: EntityHealth | undefined, now: string): string[] {
  if (health === undefined || (health.health !== 'failed' && health.health !== 'behind')) return [];
  const rank = ({ condition }: Issue) => (condition === 'old version' ? 1 : 0);
  const inOrder = health.issues.toSorted((a, b) => rank(a) - rank(b));
  const text = inOrder.map((issue) => sentence(issue, statusReason, now)).join(', ');
  const space = text.length <= LINE_LETTERS ? -1 : text.lastIndexOf(' ', LINE_LETTERS);
  const [first, rest] = space < LINE_LETTERS / 2 ? [text, ''] : [text.slice(0, space), text.slice(space + 1)];
  return [first, rest].filter((line) => line !== '').map((line) => shorten(line, LINE_LETTERS + 6));
}

function sentence({ condition, facts, why, since }: Issue, reason: string | undefined, now: string): string {
  if (condition === 'failed') return reason ?? why;
  if (condition === 'old changeset') return `${counted('changeset', facts['behindBy'])} behind ${facts['database']}`;
  if (condition === 'old version') return `on an older version of ${String(facts['dataview']).split('/')[1]}`;
  if (condition === 'stuck') return 'stuck: taking far longer than usual';
  return condition === 'stuck nodes' ? `${why} for ${age(since, now)}` : why;
}
