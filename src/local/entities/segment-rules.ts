import type { Input } from '../../operations/index.ts';
import { demand } from '../refusal.ts';
import type { Segment } from './kx-dataview-versions.ts';

type Request = Pick<Input<'CreateKxDataview'>, 'autoUpdate' | 'readWrite' | 'changesetId' | 'segmentConfigurations'>;

/** Refuses a dataview whose members contradict each other. */
export function checkDataview(request: Request): void {
  const { autoUpdate = false, readWrite = false, changesetId, segmentConfigurations: segments = [] } = request;
  demand(
    !(autoUpdate && changesetId !== undefined),
    'Validation',
    'A dataview with autoUpdate follows the latest changeset; changesetId must not be given',
  );
  demand(!(autoUpdate && readWrite), 'Validation', 'A readWrite dataview cannot have autoUpdate');
  demand(
    !readWrite || (segments.length === 1 && segments[0]?.dbPaths.every((path) => normal(path) === '/*') === true),
    'Validation',
    'A readWrite dataview needs exactly one segment, with the dbPaths /*',
  );
  demand(
    segments.length <= 1 || !segments.some(({ onDemand }) => onDemand === true),
    'Validation',
    'A dataview with an onDemand segment may have only that segment',
  );
  const clash = overlapping(segments);
  demand(clash === undefined, 'Validation', `The dbPaths of two segments overlap: ${clash?.join(' and ')}`);
}

function overlapping(segments: readonly Segment[]): [string, string] | undefined {
  for (const [index, one] of segments.entries()) {
    for (const other of segments.slice(index + 1)) {
      for (const a of one.dbPaths) {
        const b = other.dbPaths.find((path) => meet(normal(a), normal(path)));
        if (b !== undefined) return [a, b];
      }
    }
  }
  return undefined;
}

const normal = (path: string) => (path.startsWith('/') ? path : `/${path}`);

/** Whether some text matches both patterns; `*` stands for any text, `?` for any character. */
function meet(a: string, b: string): boolean {
  let reachable = new Set([0]);
  const spread = (ends: Set<number>) => {
    for (const at of ends) if (b[at] === '*') ends.add(at + 1);
    return ends;
  };
  spread(reachable);
  for (const letter of a) {
    const next = new Set<number>(letter === '*' ? reachable : []);
    if (letter === '*') {
      for (let at = Math.min(...reachable); at <= b.length; at++) next.add(at);
    } else {
      for (const at of reachable) {
        if (b[at] === '*') next.add(at);
        else if (at < b.length && (letter === '?' || b[at] === '?' || b[at] === letter)) next.add(at + 1);
      }
    }
    reachable = spread(next);
    if (reachable.size === 0) return false;
  }
  return reachable.has(b.length);
}
