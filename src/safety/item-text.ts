import { quoteUntrusted } from '../untrusted.ts';
import type { Item } from './finding.ts';

/** `database "trades" ("1.3 GB, 7 changesets")`. */
export function itemText({ kind, name, detail }: Item): string {
  return `${kind} ${quoteUntrusted(name)}${detail === undefined ? '' : ` (${quoteUntrusted(detail)})`}`;
}
