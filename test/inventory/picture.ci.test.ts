import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Graph } from '../../src/inventory/graph-types.ts';
import { environmentSvg } from '../../src/inventory/svg/picture.ts';
import { launchBrowser, NO_BROWSER } from '../approval/chromium.ts';
import { type Demo, demo } from './demo.ts';
import { synthetic } from './synthetic.ts';

const WIDE = [
  '\u2e3b'.repeat(20),
  '\u{12031}'.repeat(20),
  '\ufdfd'.repeat(20),
  '\u0f40\u0fb1'.repeat(30),
  '\u{1f468}\u200d'.repeat(30),
];
const NAMES = [
  ...WIDE,
  'W'.repeat(60),
  '<b>&"\u202E',
  '\u{1F600} '.repeat(20),
  '日本語'.repeat(12),
  'x'.repeat(63),
  'iiiiii',
];
const GAP = { kind: 'user', operation: 'ListKxUsers', reason: `AccessDeniedException: ${'no '.repeat(60)}` } as const;

/** In the page: text that is cut off at the edges of the picture, extends beyond its card, or overlaps other text. */
const FAULTS = `(() => {
  const box = document.querySelector('svg').getBoundingClientRect();
  const shown = (at) => {
    const text = at.getBoundingClientRect();
    const owner = at.ownerSVGElement;
    if (owner.ownerSVGElement === null) return text;
    const { x, y, width, height } = owner;
    const clip = { left: box.left + x.baseVal.value, top: box.top + y.baseVal.value };
    Object.assign(clip, { right: clip.left + width.baseVal.value, bottom: clip.top + height.baseVal.value });
    const [left, right] = [Math.max(text.left, clip.left), Math.min(text.right, clip.right)];
    const [top, bottom] = [Math.max(text.top, clip.top), Math.min(text.bottom, clip.bottom)];
    return { left, right, top, bottom };
  };
  const texts = [...document.querySelectorAll('svg text')].map((at) => [at.textContent, shown(at)]);
  const cards = [...document.querySelectorAll('rect.card')].map((card) => card.getBoundingClientRect());
  const cut = texts.filter(([, r]) => r.right > box.right || r.left < box.left || r.bottom > box.bottom);
  const out = texts.filter(([, r]) => cards.some((c) => r.left > c.left && r.left < c.right && r.top > c.top && r.bottom < c.bottom && r.right > c.right));
  const over = texts.flatMap(([text, a], at) => texts.slice(at + 1)
    .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
    .map(([other]) => text + ' | ' + other));
  return [...cut.map(([text]) => 'cut: ' + text), ...out.map(([text]) => 'out: ' + text), ...over];
})()`;

describe.skipIf(NO_BROWSER !== '')('the picture in a browser', () => {
  let browser: Browser;
  let world: Demo;
  let graph: Graph;
  beforeAll(async () => {
    browser = await launchBrowser();
    world = await demo();
    graph = await world.graph('kdb-prod');
  });
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  test.each<[string, () => Graph]>([
    ['no clusters', () => synthetic(0)],
    ['one cluster', () => synthetic(1)],
    ['three clusters', () => synthetic(3)],
    ['the demo', () => graph],
    ['the demo, hours later and partly unread', () => ({ ...graph, readAt: '2026-03-17T14:00:00.000Z', gaps: [GAP] })],
    ['sixty clusters', () => synthetic(60)],
    ['long and hostile names', () => synthetic(NAMES.length, (index) => NAMES[index] ?? '')],
  ])('of %s has no text that is cut off, sticks out or overlaps', async (_, of) => {
    const page = await browser.newPage();
    await page.setContent(`<body style="margin:0">${environmentSvg(of())}</body>`);
    expect(await page.evaluate(FAULTS)).toEqual([]);
    await page.close();
  });

  const everywhere = (name: string): Graph => ({
    ...graph,
    name,
    entities: graph.entities.map((entity) => ({ ...entity, name, status: name, statusReason: name })),
  });

  test.each([...WIDE, 'W'.repeat(200), 'x'.repeat(200)])(
    'keeps %s in its box as a name, a state or a reason',
    async (name) => {
      const page = await browser.newPage();
      await page.setContent(`<body style="margin:0">${environmentSvg(everywhere(name))}</body>`);
      expect(await page.evaluate(FAULTS)).toEqual([]);
      await page.close();
    },
  );

  test.each<[string, () => Graph]>([
    ['the demo', () => graph],
    ['sixty clusters', () => synthetic(60)],
  ])('of %s has text of at least 11 pixels at a width of 840 pixels', async (_, of) => {
    const page = await browser.newPage();
    await page.setContent(`<body style="margin:0"><div style="width:840px">${environmentSvg(of())}</div></body>`);
    const smallest = await page.evaluate(`(() => {
      const svg = document.querySelector('svg');
      svg.setAttribute('width', '100%');
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      return Math.min(...[...svg.querySelectorAll('text')].map((at) => parseFloat(getComputedStyle(at).fontSize) * scale));
    })()`);
    expect(smallest).toBeGreaterThanOrEqual(11);
    await page.close();
  });
});
