import { withoutMisleading } from '../../untrusted.ts';

/** Text for XML: markup escaped, control and reordering characters made visible, so that a name cannot pose as anything else. */
export function xml(text: unknown): string {
  return withoutMisleading(String(text ?? '')).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text in the width of this many average letters; longer text loses its middle, because names differ at their ends. */
export function shorten(text: unknown, maxLetters: number): string {
  const characters = Array.from(String(text ?? ''));
  if (widthOf(characters) <= maxLetters) return characters.join('');
  let [head, tail] = [0, characters.length];
  let left = maxLetters - 1;
  for (let turn = 0; head < tail; turn += 1) {
    const next = characters[turn % 2 === 0 ? head : tail - 1] ?? '';
    left -= widthOf([next]);
    if (left < 0) break;
    if (turn % 2 === 0) head += 1;
    else tail -= 1;
  }
  return `${characters.slice(0, head).join('')}…${characters.slice(tail).join('')}`;
}

/** Generous widths of characters, in average letters: the font is unknown, and names must not overlap. */
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
  /** True if the text ends at `x`. */
  readonly alignEnd?: boolean;
  /** Pixels for text of any script: longer text is shortened, and what is still too wide is clipped. */
  readonly width?: number;
  /** Pixels of an average letter, with `width`. */
  readonly letter?: number;
}

/** Characters whose widths are known well enough. */
const MEASURED = /^[\u0020-\u04ff\u2026\u25af]*$/;
/** The share of the width in which text is sure to fit, although the font is unknown. */
const SURE = 0.8;
/** Pixels above and below the baseline that clipped text may take. */
const ASCENT = 26;
const DESCENT = 8;

export function textAt(x: number, y: number, content: unknown, options: TextOptions = {}): string {
  const { class: name = '', alignEnd, width, letter = 7 } = options;
  const attributes = `${name === '' ? '' : ` class="${name}"`}${alignEnd ? ' text-anchor="end"' : ''}`;
  const text = width === undefined ? String(content ?? '') : shorten(content, width / letter);
  const isNarrow = (most: number) => MEASURED.test(text) && widthOf(Array.from(text)) * letter <= most * SURE;
  if (width === undefined || isNarrow(width)) return `<text x="${x}" y="${y}"${attributes}>${xml(text)}</text>`;
  const left = alignEnd ? x - width : x;
  return `<svg x="${left}" y="${y - ASCENT}" width="${width}" height="${ASCENT + DESCENT}"><text x="${alignEnd ? width : 0}" y="${ASCENT}"${attributes}>${xml(text)}</text></svg>`;
}

/** A tooltip; the first child of the element that it explains. */
export function tip(...lines: readonly unknown[]): string {
  const texts = lines.filter((line) => line !== undefined && line !== '').map(xml);
  return texts.length === 0 ? '' : `<title>${texts.join('&#10;')}</title>`;
}
