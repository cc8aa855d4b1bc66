import type { Health } from '../health.ts';
import { textAt } from './text.ts';

/** Colours for light and dark mode; every state also has its own shape, so that none depends on colour alone. */
export const STYLE = `<style>
svg{--paper:#f7f8fa;--card:#fff;--line:#d7dbe2;--ink:#1b2430;--soft:#5d6878;--faint:#e9ecf1;--ok:#12805c;--underway:#2563c9;--failed:#c42b1c;--behind:#b45f06;--unused:#7a6a99;--link:#9aa6b6;--failedbg:#fdeae7;--behindbg:#fdf1dd;--unusedbg:#f1edf8;--underwaybg:#e6effc}
@media (prefers-color-scheme:dark){svg{--paper:#11161d;--card:#1a212b;--line:#33404f;--ink:#e8edf3;--soft:#9fadbf;--faint:#26303c;--ok:#46cf9d;--underway:#7ab0ff;--failed:#ff7a68;--behind:#ffb547;--unused:#bda9e6;--link:#5c6b7e;--failedbg:#40201c;--behindbg:#3b2c10;--unusedbg:#2a2440;--underwaybg:#182c4c}}
text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;fill:var(--ink)}
.h1{font-size:24px;font-weight:700}.h2{font-size:12px;font-weight:700;letter-spacing:.09em;fill:var(--soft)}.name{font-size:13px;font-weight:600}.big{font-size:24px;font-weight:700}.soft{fill:var(--soft)}.small{font-size:11px}.tag{font-size:11px;font-weight:700;letter-spacing:.05em;fill:var(--soft)}
.paper{fill:var(--paper)}.card{fill:var(--card);stroke:var(--line)}.track{fill:var(--faint)}.bar{fill:var(--link)}.full-bar{fill:var(--underway)}
.ok{fill:var(--ok)}.underway{fill:var(--underway)}.failed{fill:var(--failed)}.behind{fill:var(--behind)}.unused{fill:var(--unused)}
.bg-failed{fill:var(--failedbg)}.bg-behind{fill:var(--behindbg)}.bg-unused{fill:var(--unusedbg)}.bg-underway{fill:var(--underwaybg)}
.edge-failed{stroke:var(--failed);stroke-width:1.5}.edge-behind{stroke:var(--behind);stroke-width:1.5}.edge-unused{stroke:var(--unused);stroke-width:1.5;stroke-dasharray:5 4}.edge-underway{stroke:var(--underway)}
.link{fill:none;stroke:var(--link);stroke-width:1.5}.link-old{fill:none;stroke:var(--behind);stroke-width:2.5}.link-writes{fill:none;stroke:var(--link);stroke-width:1.5;stroke-dasharray:2 5;stroke-linecap:round}.link-volume{fill:none;stroke:var(--unused);stroke-width:1.2;stroke-opacity:.75}
.head{stroke:none}.head.link,.head.link-writes{fill:var(--link)}.head.link-old{fill:var(--behind)}.head.link-volume{fill:var(--unused)}
.hole{fill:none;stroke-width:2}.hole.underway{fill:none;stroke:var(--underway)}.hole.unused{fill:none;stroke:var(--unused)}.cut{stroke:var(--card);stroke-width:1.8;stroke-linecap:round}
</style>`;

type Draw = (x: number, y: number) => string;

const SHAPES: Record<Health, Draw> = {
  ok: (x, y) => `<circle cx="${x}" cy="${y}" r="5" class="ok"/>`,
  underway: (x, y) =>
    `<circle cx="${x}" cy="${y}" r="5" class="hole underway"/><path d="M${x} ${y}V${y - 5}A5 5 0 0 1 ${x + 5} ${y}Z" class="underway"/>`,
  failed: (x, y) =>
    `<rect x="${x - 6}" y="${y - 6}" width="12" height="12" rx="2" class="failed"/><path d="M${x - 2.5} ${y - 2.5}l5 5m0-5l-5 5" class="cut"/>`,
  behind: (x, y) => `<path d="M${x} ${y - 6.5}L${x + 7} ${y + 5.5}H${x - 7}Z" class="behind"/>`,
  unused: (x, y) => `<path d="M${x} ${y - 6}L${x + 6} ${y}L${x} ${y + 6}L${x - 6} ${y}Z" class="hole unused"/>`,
};

/** The symbol of a state: disc, quarter, crossed square, triangle, hollow diamond. */
export const glyph = (health: Health, x: number, y: number) => SHAPES[health](x, y);

const LEGEND: readonly [Health, string][] = [
  ['ok', 'running, ready'],
  ['underway', 'in progress'],
  ['failed', 'failed or stuck'],
  ['behind', 'behind'],
  ['unused', 'unused'],
];
const LINES: readonly [string, string][] = [
  ['link', 'mounts'],
  ['link-old', 'mounts older data'],
  ['link-writes', 'saves down to'],
  ['link-volume', 'uses volume'],
];

const widthOf = (text: string) => Math.round(text.length * 6.4);

/** The legend of symbols and lines, in two rows from `x`; the second row is at `y`. */
export function legend(x: number, y: number): string {
  let left = x;
  const above = y - 22;
  const entries = LEGEND.map(([health, text]) => {
    const drawn = glyph(health, left + 6, above - 4) + textAt(left + 19, above, text, { class: 'soft' });
    left += 40 + widthOf(text);
    return drawn;
  });
  const nodes = `<rect x="${left}" y="${above - 9}" width="9" height="9" rx="2" class="ok"/><rect x="${left + 13}" y="${above - 8.5}" width="8" height="8" rx="2" class="hole underway"/>${textAt(left + 28, above, 'node running, node provisioning', { class: 'soft' })}`;
  left = x;
  const lines = LINES.map(([kind, text]) => {
    const drawn = `<path d="M${left} ${y - 4}h26" class="${kind}"/><path d="M${left + 32} ${y - 4}l-8 -4v8z" class="head ${kind}"/>${textAt(left + 39, y, text, { class: 'soft' })}`;
    left += 62 + widthOf(text);
    return drawn;
  });
  return [...entries, nodes, ...lines].join('');
}
