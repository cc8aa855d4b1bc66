import type { Item } from './finding.ts';
import { quoted } from './untrusted.ts';

/** `database "trades" ("1.3 GB, 7 changesets")`. */
export function itemText({ kind, name, detail }: Item): string {
  return `${kind} ${quoted(name)}${detail === undefined ? '' : ` (${quoted(detail)})`}`;
}
