import { printable } from '../safety/approver-text.ts';

/** Markup that is safe to send. Only `html` makes it. */
export interface Html {
  readonly markup: string;
}

type Hole = string | number | Html | readonly Html[] | undefined;

/** Markup from a template; everything put into it is escaped, unless it is markup already. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  return { markup: parts.map((part, at) => (at === 0 ? part : filled(holes[at - 1]) + part)).join('') };
}

/** Text for an element or a quoted attribute, with everything escaped that could hide or reorder what stands around it. */
export function escaped(text: string): string {
  return printable(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function filled(hole: Hole): string {
  if (hole === undefined) return '';
  if (typeof hole !== 'object') return escaped(String(hole));
  return 'markup' in hole ? hole.markup : hole.map(({ markup }) => markup).join('');
}
