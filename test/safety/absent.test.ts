import { describe, expect, it } from 'vitest';
import { openBuilder } from './support/call-environment-builder.ts';
import { openTwoEnvironments } from './support/two-environments.ts';

describe('a user that does not exist', () => {
  it('is reported as missing, and no approval is requested', async () => {
    const { backend, town, guarded } = await openTwoEnvironments();
    await guarded({}, async (guard, reached) => {
      const given = { environmentId: town.environmentId, userName: 'nobody' };
      const outcome = await guard.attempt({ tool: 'delete_kx_user', arguments: given });
      expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringContaining('There is no user ') });
      expect(reached()).toEqual([]);
    });
    await backend.close();
  });

  it('is reported with the first existing ones if there are many, or that none exist', async () => {
    const { backend, town, guarded } = await openTwoEnvironments();
    const { environmentId } = await openBuilder(backend.call, 'bare');
    await guarded({}, async (guard) => {
      const outcome = await guard.attempt({ tool: 'delete_kx_user', arguments: { environmentId, userName: 'nobody' } });
      expect(outcome).toMatchObject({ text: expect.stringContaining('None exist. Next: list_kx_users.') });
    });
    for (let at = 0; at < 12; at += 1) await town.user(`user${at}`);
    await guarded({}, async (guard) => {
      const given = { environmentId: town.environmentId, userName: 'nobody' };
      const outcome = await guard.attempt({ tool: 'delete_kx_user', arguments: given });
      expect(outcome).toMatchObject({
        text: expect.stringMatching(/Existing ones: (?:"\w+", ){9}"\w+" and more\. Next/),
      });
    });
    await backend.close();
  });
});

describe('a node that does not exist', () => {
  it('is reported as missing, with existing nodes for callers that may list them', async () => {
    const { backend, town, guarded } = await openTwoEnvironments();
    const { environmentId } = town;
    await town.cluster('science', {
      clusterType: 'HDB',
      capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 2 },
    });
    const cluster = { environmentId, clusterName: 'science' };
    const { nodes = [] } = await backend.call('ListKxClusterNodes', cluster);
    const tool = 'delete_kx_cluster_node';
    const given = { ...cluster, nodeId: 'none' };
    const refusalText = async (restrictions = {}) => {
      const texts: string[] = [];
      await guarded({ restrictions }, async (guard, reached) => {
        for (const attempt of [
          { tool, arguments: given },
          { tool: 'plan_change', arguments: { tool, arguments: given } },
        ]) {
          const outcome = await guard.attempt(attempt);
          if (outcome.kind !== 'refused') throw new Error(outcome.kind);
          texts.push(outcome.text.split('\n').at(-1) as string);
        }
        expect(reached()).toEqual([]);
      });
      const [first, ...others] = new Set(texts);
      expect(others).toEqual([]);
      return first;
    };
    const head = `There is no cluster node "none" in kdb environment "${environmentId}", cluster "science".`;
    const [one, two] = nodes.map(({ nodeId }) => nodeId);
    expect(await refusalText()).toBe(`${head} Existing ones: "${one}", "${two}". Next: list_kx_cluster_nodes.`);
    expect(await refusalText({ deny: ['list_kx_cluster_nodes'] })).toBe(`${head} Next: list_kx_cluster_nodes.`);
    await backend.close();
  });
});
