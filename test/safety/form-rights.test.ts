import { expect, it } from 'vitest';
import { accept, asked, openGuard } from './support/guard.ts';
import { CODE, openUpdatable } from './support/updatable.ts';

it('a form is refused if the caller who answers it may not make a call of the planned risk', async () => {
  const world = await openUpdatable();
  const { backend, environmentId } = world;
  let mayDestroy = true;
  const guard = await openGuard({
    call: backend.call,
    clock: backend.clock,
    refusal: (risk) => (risk === 'destroy' && !mayDestroy ? 'It needs the scope finspace:destroy.' : undefined),
  });
  const wanted = { environmentId, clusterName: 'memory', code: { ...CODE, s3Key: 'new.zip' } };
  const attempt = { tool: 'update_kx_cluster_code_configuration', arguments: wanted };
  const { state } = await asked(guard, attempt);
  const answer = { ...attempt, state, answers: accept('memory') };
  mayDestroy = false;
  const refused = { kind: 'refused', text: expect.stringContaining('finspace:destroy') };
  expect(await guard.attempt(answer)).toMatchObject(refused);
  mayDestroy = true;
  expect((await guard.attempt(answer)).kind).toBe('done');
  await guard.close();
  await world.close();
});
