/**
 * `npm run bench -- NAME …` runs the benches with these names; without a name, all but those of `UNASKED`, which take long. Some print our
 * figure, that of a reference, and the ratio.
 */
const BENCHES: Record<string, () => Promise<{ main: () => Promise<void> }>> = {
  cold: () => import('./cold.ts'),
  start: () => import('./start.ts'),
  tokens: () => import('./tokens.ts'),
  answers: () => import('./answers.ts'),
  http: () => import('./http.ts'),
  block: () => import('./block.ts'),
  slow: () => import('./slow.ts'),
  soak: () => import('./soak.ts'),
  local: () => import('./local.ts'),
  port: () => import('./port.ts'),
  store: () => import('./store.ts'),
  fleet: () => import('./fleet.ts'),
  counts: () => import('./counts.ts'),
};

const UNASKED = new Set(['soak', 'start', 'port', 'fleet']);
const named = process.argv.slice(2).filter((word) => !word.startsWith('-') && !word.includes('/'));
const unknown = named.find((name) => !Object.hasOwn(BENCHES, name));
if (unknown !== undefined) {
  console.error(`unknown bench ${unknown}; there are: ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
for (const [name, load] of Object.entries(BENCHES)) {
  if (named.length > 0 ? !named.includes(name) : UNASKED.has(name)) continue;
  console.log(`\n== ${name}`);
  await (await load()).main();
}
