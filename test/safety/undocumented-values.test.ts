import { beforeEach, describe, expect, it } from 'vitest';
import { answering, HOUR, type Members } from './support/backend.ts';
import { here, on, preview, previewFixture } from './support/preview.ts';

const fixture = previewFixture();

describe('a cluster of a type that is not documented', () => {
  beforeEach(async () => {
    await fixture.builder.cluster('new-type', {
      clusterType: 'HDB',
      ...on('hosts'),
      databases: [{ databaseName: 'trades' }],
    });
    fixture.backend.clock.advance(HOUR);
  });
  const answered = () =>
    answering(fixture.backend.call, (name, reply) =>
      name === 'GetKxCluster' ? { ...reply, clusterType: 'STREAM' } : reply,
    );

  it.each([
    ['UpdateKxClusterDatabases', { databases: [{ databaseName: 'trades' }] }],
    [
      'UpdateKxClusterCodeConfiguration',
      {
        code: { s3Bucket: 'some-bucket', s3Key: 'code.zip' },
        deploymentConfiguration: { deploymentStrategy: 'NO_RESTART' },
      },
    ],
  ] as const)('does not block %s', async (operation, input: Members) => {
    const { blocked, blockers } = await preview(operation, here({ clusterName: 'new-type', ...input }), answered());
    expect({ blocked, blockers }).toEqual({ blocked: false, blockers: [] });
  });

  it('may lose what is in its memory when it restarts', async () => {
    const code = { s3Bucket: 'some-bucket', s3Key: 'code.zip' };
    const input = here({ clusterName: 'new-type', code, deploymentConfiguration: { deploymentStrategy: 'ROLLING' } });
    const { notes } = await preview('UpdateKxClusterCodeConfiguration', input, answered());
    expect(notes).toContain(
      'Data that is only in the memory of its nodes is lost; whether there is any cannot be read.',
    );
  });
});

it('does not block an update of a volume whose disk has a type that is not documented', async () => {
  const answered = answering(fixture.backend.call, (name, reply) =>
    name === 'GetKxVolume' ? { ...reply, nas1Configuration: { type: 'SSD_500', size: 1000 } } : reply,
  );
  const input = here({ volumeName: 'fast', nas1Configuration: { size: 1500 } });
  expect(await preview('UpdateKxVolume', input, answered)).toMatchObject({ blocked: false, blockers: [] });
});
