import type { Health } from '../health.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Radius of the corners. */
  readonly rx: number;
}

export const box = ({ x, y, width, height, rx }: Box, classes: string): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${rx}" class="${classes}"/>`;

/** The classes of a card, whose edge shows the health. */
export const cardClasses = (health: Health): string => (health === 'ok' ? 'card' : `card edge-${health}`);

/** Parts that belong together; the first may be a tooltip for all of them. */
export const group = (...parts: readonly string[]): string => `<g>${parts.join('')}</g>`;
