import type { Item } from '../safety/blast/finding.ts';
import type { Shown } from '../safety/ledger.ts';
import { type Html, html } from './html.ts';

const WIDTH = 440;
const BOX = { width: 206, height: 66 };
const TARGET = { width: 260, height: 56 };
const GAP = 16;
const TITLE = 26;
/** More than these are counted, not drawn; the list beside the picture has them all. */
const MOST_DRAWN = 8;

/** Whether the picture leaves something out. */
export const isCut = ({ lost, interrupted }: Shown) => Math.max(lost.length, interrupted.length) > MOST_DRAWN;

/** What hangs on a target: it stands in the middle, what is lost with it above, what is interrupted below. */
export function picture(shown: Shown): Html {
  const above = rows(drawn(shown.lost)).reverse();
  const below = rows(drawn(shown.interrupted));
  const height = (count: number) => (count === 0 ? 0 : TITLE + count * (BOX.height + GAP) + 6);
  const middle = 2 + height(above.length);
  const bottom = middle + TARGET.height;
  const total = bottom + height(below.length) + 2;
  const lostAt = (row: number) => 2 + TITLE + row * (BOX.height + GAP);
  const waitAt = (row: number) => bottom + 6 + GAP + row * (BOX.height + GAP);
  return html`<svg viewBox="0 0 ${WIDTH} ${total}" role="img" aria-label="${summary(shown)}">
${above.length === 0 ? undefined : group('lost', 'Lost for ever', 16, above, lostAt, middle)}
${below.length === 0 ? undefined : group('wait', 'Interrupted', total - 8, below, waitAt, bottom)}
<rect class="target" x="${(WIDTH - TARGET.width) / 2}" y="${middle}" width="${TARGET.width}" height="${TARGET.height}" rx="12"/>
<text class="kind" x="${WIDTH / 2}" y="${middle + 21}" text-anchor="middle">${cut(shown.noun, 32)}</text>
<text class="name" x="${WIDTH / 2}" y="${middle + 42}" text-anchor="middle">${cut(shown.name, 28)}</text></svg>`;
}

/** The same in words. */
export function summary({ noun, name, lost, interrupted }: Shown): string {
  return `${noun} ${name}: ${lost.length} lost for ever with it, ${interrupted.length} interrupted`;
}

type Kind = 'lost' | 'wait';

function group(
  kind: Kind,
  title: string,
  titleAt: number,
  boxes: readonly (readonly Item[])[],
  at: (row: number) => number,
  from: number,
): Html {
  const far = kind === 'lost' ? 0 : boxes.length - 1;
  const spine = html`<path class="${kind}" d="M${WIDTH / 2} ${from}V${at(far) + BOX.height / 2}"/>`;
  const branches = boxes.flatMap((row, index) =>
    row.length === 1
      ? []
      : [html`<path class="${kind}" d="M${BOX.width} ${at(index) + BOX.height / 2}H${WIDTH - BOX.width}"/>`],
  );
  const drawnBoxes = boxes.flatMap((row, index) =>
    row.map((item, column) => {
      const left = row.length === 1 ? (WIDTH - BOX.width) / 2 : column === 0 ? 2 : WIDTH - BOX.width - 2;
      return box(kind, item, left, at(index));
    }),
  );
  const heading = html`<text class="group ${kind}" x="${WIDTH / 2}" y="${titleAt}" text-anchor="middle">${title}</text>`;
  return { markup: [spine, ...branches, ...drawnBoxes, heading].map(({ markup }) => markup).join('\n') };
}

function box(kind: Kind, { kind: noun, name, detail }: Item, x: number, y: number): Html {
  const lines = detail === undefined ? { noun: 27, name: 48 } : { noun: 19, name: 37 };
  return html`<g><title>${noun} ${name} ${detail}</title>
<rect class="${kind}" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="9"/>
<text class="kind" x="${x + 12}" y="${y + lines.noun}">${cut(noun, 28)}</text>
<text class="name" x="${x + 12}" y="${y + lines.name}">${cut(name, 22)}</text>
${detail === undefined ? undefined : html`<text class="detail" x="${x + 12}" y="${y + 55}">${cut(detail, 29)}</text>`}</g>`;
}

function drawn(items: readonly Item[]): readonly Item[] {
  if (items.length <= MOST_DRAWN) return items;
  const rest = items.length - MOST_DRAWN + 1;
  return [...items.slice(0, MOST_DRAWN - 1), { kind: 'and', name: `${rest} more`, detail: 'in the list below' }];
}

/** Two in a row, the odd one last. */
function rows(items: readonly Item[]): (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / 2) }, (_, row) => items.slice(row * 2, row * 2 + 2));
}

const cut = (text: string, most: number) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
