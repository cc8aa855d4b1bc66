import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.resetModules();
});

it.each([
  [50, 50],
  [80, 80],
  [200, 96],
])('the demo uses at most the %i columns of a terminal, and at most 96', async (columns, most) => {
  vi.stubGlobal('process', Object.create(process, { stdout: { value: { columns, isTTY: false } } }));
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void lines.push(...String(text).split('\n')));
  const { showForm, step, table, print } = await import('../../scripts/demo-screen.ts');
  const words = 'a person approves what an agent asks for '.repeat(6).trim();
  step(words);
  print(words);
  table([
    ['hdb-equities-b', 'CREATE_FAILED', words],
    ['scaling-group', 'RUNNING', 'short'],
  ]);
  showForm(words, words);
  const longest = Math.max(...lines.map((line) => line.length));
  expect(longest).toBeLessThanOrEqual(most);
  expect(longest).toBeGreaterThan(most - 12);
  expect(lines.join(' ').match(/approves/g)).toHaveLength(30);
});
