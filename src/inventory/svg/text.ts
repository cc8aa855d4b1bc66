/** Text for XML: markup escaped, control and reordering characters made visible, so that a name cannot pose as anything else. */
export function xml(text: unknown): string {
  return String(text ?? '')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u25af')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** At most so many characters; what is too long loses its middle, because names differ at their ends. */
export function shorten(text: unknown, most: number): string {
  const characters = Array.from(String(text ?? ''));
  if (characters.length <= most) return characters.join('');
  const tail = Math.floor((most - 1) / 2);
  return `${characters.slice(0, most - 1 - tail).join('')}…${characters.slice(characters.length - tail).join('')}`;
}

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
