import { expect, test } from 'vitest';
import { byteSize } from '../../src/kinds/amounts.ts';

test.each([
  [undefined, '0 B'],
  [999, '999 B'],
  [1_340, '1.3 kB'],
  [9_960_000, '10 MB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [999_999_999_999, '1.0 TB'],
  [5_000_000_000_000_000_000, '5000 PB'],
])('%s bytes are %s', (bytes, text) => {
  expect(byteSize(bytes)).toBe(text);
});
