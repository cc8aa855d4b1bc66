import { expect, it } from 'vitest';
import { isShared, noteShared } from '../../src/safety/shared-mark.ts';
import { openState } from '../../src/safety/state.ts';

it('a state directory remembers where the latest server keeps its plans', async () => {
  const state = await openState(':memory:');
  expect(await isShared(state)).toBe(false);
  await noteShared(state, true, 1);
  await noteShared(state, true, 2);
  expect(await isShared(state)).toBe(true);
  await noteShared(state, false, 3);
  expect(await isShared(state)).toBe(false);
  await state.close();
});
