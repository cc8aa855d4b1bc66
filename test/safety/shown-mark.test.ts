import { expect, it } from 'vitest';
import { markShown } from '../../src/safety/shown-mark.ts';
import { openState } from '../../src/safety/state.ts';

it('a message is to be logged by the first that marks its event in a state directory', async () => {
  const state = await openState(':memory:');
  const first = await Promise.all(['a', 'a', 'b', 'a'].map((what) => markShown(state, what, 1)));
  expect(first).toEqual([true, false, true, false]);
  await state.close();
});
