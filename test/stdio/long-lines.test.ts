import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { idIn, jsonLines } from '../../src/transports/json-lines.ts';

const MAX_BYTES = 2_000;

/** The beginning and the end of the skipped line, which arrives in these chunks. */
async function skipped(chunks: readonly string[]): Promise<[string, string]> {
  const input = new PassThrough();
  return new Promise((resolve) => {
    const lines = jsonLines({
      input,
      output: new PassThrough(),
      maxBytes: MAX_BYTES,
      receive: () => {},
      onskipped: (begin, end) => resolve([begin, end]),
      onend: () => {},
      onerror: () => {},
      onbroken: () => {},
    });
    lines.start();
    for (const chunk of chunks) input.write(chunk);
  });
}

const cutAt = (line: string, ...places: readonly number[]) =>
  [0, ...places].map((place, at) => line.slice(place, places[at]));

describe('a line that is too long, in chunks', () => {
  const padding = 'x'.repeat(2 * MAX_BYTES);
  const idFirst = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"${padding}"}}\n`;
  const idLast = `{"method":"tools/call","params":{"name":"${padding}"},"jsonrpc":"2.0","id":7}\n`;

  it.each([
    { places: [1] },
    { places: [20] },
    { places: [100] },
    { places: [1, 2, 3] },
    { places: [20, 1_000, 2_500] },
  ])('keeps an id at its beginning, although chunks end after the characters $places', async ({ places }) => {
    const [begin, end] = await skipped(cutAt(idFirst, ...places));
    expect(idIn(`${begin}\n${end}`)).toBe(7);
    expect(begin).toBe(idFirst.slice(0, 200));
  });

  it.each([{ places: [1] }, { places: [5] }, { places: [30] }, { places: [3, 2, 1] }, { places: [2_500, 1_000, 20] }])(
    'keeps an id at its end, although chunks end before the last characters $places',
    async ({ places }) => {
      const [begin, end] = await skipped(cutAt(idLast, ...places.map((place) => idLast.length - place)));
      expect(idIn(`${begin}\n${end}`)).toBe(7);
      expect(end).toBe(idLast.trim().slice(-200));
    },
  );
});
