import { withoutMisleading } from '../../untrusted.ts';

/** Text for XML: markup escaped, control and reordering characters made visible, so that a name cannot pose as anything else. */
export function xml(text: unknown): string {
  return withoutMisleading(String(text ?? '')).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text that is no wider than so many usual letters; what is too long loses its middle, because names differ at their ends. */
export function shorten(text: unknown, most: number): string {
  const characters = Array.from(String(text ?? ''));
  if (widthOf(characters) <= most) return characters.join('');
  let [head, tail] = [0, characters.length];
  let left = most - 1;
  for (let turn = 0; head < tail; turn += 1) {
    const next = characters[turn % 2 === 0 ? head : tail - 1] ?? '';
    left -= widthOf([next]);
    if (left < 0) break;
    if (turn % 2 === 0) head += 1;
    else tail -= 1;
  }
  return `${characters.slice(0, head).join('')}…${characters.slice(tail).join('')}`;
}

/** Generous widths of characters in usual letters: no font is known, and a name must never run into its neighbour. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[iljftr.,:;'|!()[\]/ -]/, 0.7],
  [/[WM@%m]/, 1.7],
  [/[A-Z_]/, 1.2],
  [/[ -~]/, 1],
  [/[\u0080-\u04ff]/, 1.2],
];
const WIDE = 1.9;

const widthOf = (characters: readonly string[]) =>
  characters.reduce((sum, each) => sum + (WIDTHS.find(([like]) => like.test(each))?.[1] ?? WIDE), 0);

interface TextOptions {
  readonly class?: string;
  readonly end?: boolean;
}

/** One line of text at a point. */
export function textAt(x: number, y: number, content: unknown, { class: name = '', end }: TextOptions = {}): string {
  const attributes = `${name === '' ? '' : ` class="${name}"`}${end ? ' text-anchor="end"' : ''}`;
  return `<text x="${x}" y="${y}"${attributes}>${xml(content)}</text>`;
}

/** A tooltip; the first child of what it explains. */
export function tip(...lines: readonly unknown[]): string {
  const told = lines.filter((line) => line !== undefined && line !== '').map(xml);
  return told.length === 0 ? '' : `<title>${told.join('&#10;')}</title>`;
}
