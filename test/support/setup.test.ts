import { expect, test } from 'vitest';

test('a regular expression in an expected object is compared with the text', () => {
  expect({ why: ['It failed.'] }).toMatchObject({ why: [/failed/] });
  for (const why of ['It ended.', 3, undefined]) expect({ why }).not.toMatchObject({ why: /failed/ });
});
