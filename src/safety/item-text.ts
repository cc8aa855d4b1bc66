import type { Item } from './blast/finding.ts';
import { quoted } from './untrusted.ts';

/** `database "trades" ("1.3 GB, 7 changesets")`. */
export function itemText({ kind, name, detail }: Item): string {
  return `${kind} ${quoted(name)}${detail === undefined ? '' : ` (${quoted(detail)})`}`;
}

/** `3 databases`, in the plural that people expect. */
export function counted(kind: string, size: number): string {
  const plural = kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : kind.endsWith('s') ? kind : `${kind}s`;
  return `${size} ${size === 1 ? kind : plural}`;
}
