import { beforeAll, expect, it } from 'vitest';
import { FRESH_WORLD, HOSTS, type Host, type Session } from '../support/hosts.ts';
import { failedTo, KMS_KEY } from '../support/session-calls.ts';

const forms: string[] = [];
let session: Session;
beforeAll(async () => {
  session = await (HOSTS[2] as Host).connect(FRESH_WORLD, (message) => {
    forms.push(message);
    return { action: 'decline' };
  });
  return () => session.close();
});

const tags = { 'finspace-mcp:protected': 'true' };
const volume = {
  volumeName: 'vol-new',
  volumeType: 'NAS_1',
  azMode: 'SINGLE',
  availabilityZoneIds: ['use1-az1'],
  nas1Configuration: { type: 'SSD_250', size: 1200 },
};
const CREATES: [tool: string, given: object][] = [
  ['create_kx_volume', { environmentId: 'kdb-prod', ...volume }],
  ['create_kx_environment', { name: 'kdb-new', kmsKeyId: KMS_KEY }],
];
const INSTEAD = 'tags: is ignored by the service in this call. Add the tags afterwards with tag_resource';

it.each(CREATES)(
  '%s refuses tags, which the service would ignore, and names the tool that adds them',
  async (tool, given) => {
    const call = { ...given, tags };
    expect(await failedTo(session, tool, call)).toContain(`\n${INSTEAD}`);
    expect(await failedTo(session, 'plan_change', { tool, arguments: call })).toContain(`\n${INSTEAD}`);
    expect(forms).toEqual([]);
  },
);

it.each([null, ''])('%j counts as no tags', async (none) => {
  const [, given] = CREATES[0] as (typeof CREATES)[number];
  const call = { tool: 'create_kx_volume', arguments: { ...given, tags: none } };
  const { isError } = await session.callTool({ name: 'plan_change', arguments: call });
  expect(isError ?? false).toBe(false);
});

it('create_kx_entities refuses tags in the step that has them', async () => {
  const create = [{ tool: 'create_kx_volume', arguments: { ...volume, tags } }];
  const text = await failedTo(session, 'create_kx_entities', { environmentId: 'kdb-prod', create });
  expect(text).toContain(`create.0.arguments.${INSTEAD}`);
});
