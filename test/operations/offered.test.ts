import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { agentInput, serviceInput } from '../../src/operations/derive.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { alwaysNeeded, insteadOf, notOffered, offeredAs, offeredOf } from '../../src/operations/offered.ts';

describe('the part of a schema that tools offer', () => {
  const own = z.strictObject({
    mode: offeredAs(z.enum(['ONE', 'MANY']), z.enum(['ONE']).describe('Always ONE')),
    parts: z
      .array(z.strictObject({ size: alwaysNeeded(z.int()) }))
      .describe('At least one')
      .optional(),
    unused: notOffered(z.string().optional(), 'is ignored. Omit it.'),
  });
  const offered = offeredOf(own);

  it('is narrower at every depth, while the schema itself does not change', () => {
    const wide = { mode: 'MANY', parts: [{}], unused: 'x' };
    expect(own.safeParse(wide).success).toBe(true);
    const paths = offered.safeParse(wide).error?.issues.map(({ path, code }) => `${path.join('.')} ${code}`);
    expect(paths).toEqual(['mode invalid_value', 'parts.0.size invalid_type', ' unrecognized_keys']);
    expect(offered.parse({ mode: 'ONE', parts: [{ size: 1 }] })).toEqual({ mode: 'ONE', parts: [{ size: 1 }] });
  });

  it('says what to do instead of giving a member that it lacks', () => {
    expect(insteadOf(own.shape.unused)).toBe('is ignored. Omit it.');
    expect(insteadOf(own.shape.parts)).toBeUndefined();
    expect(insteadOf(own.shape.mode)).toBeUndefined();
  });

  it('keeps descriptions', () => {
    expect(z.toJSONSchema(offered, { io: 'input' })).toMatchObject({
      properties: { mode: { enum: ['ONE'], description: 'Always ONE' }, parts: { description: 'At least one' } },
      required: ['mode'],
    });
  });
});

const IN_VPC = { vpcId: 'vpc-0abc1def', securityGroupIds: ['sg-0abc1def'], subnetIds: ['subnet-0abc1def'] };
const CLUSTER = {
  environmentId: 'abc',
  clusterName: 'hdb-fx',
  clusterType: 'HDB',
  releaseLabel: '1.0',
  azMode: 'SINGLE',
  vpcConfiguration: IN_VPC,
  capacityConfiguration: { nodeType: 'kx.s.large', nodeCount: 1 },
};
const VOLUME = {
  environmentId: 'abc',
  volumeName: 'vol-fx',
  volumeType: 'NAS_1',
  azMode: 'SINGLE',
  availabilityZoneIds: ['use1-az1'],
  nas1Configuration: { type: 'SSD_250', size: 1200 },
};
const DATAVIEW = {
  environmentId: 'abc',
  databaseName: 'fx_spot',
  dataviewName: 'view-fx',
  azMode: 'SINGLE',
  availabilityZoneId: 'use1-az1',
};

describe('a value that the service always rejects', () => {
  it.each<[string, OperationName, object, object]>([
    ['a volume in several zones', 'CreateKxVolume', VOLUME, { azMode: 'MULTI' }],
    ['a volume in no zone', 'CreateKxVolume', VOLUME, { availabilityZoneIds: [] }],
    ['a volume without a size', 'CreateKxVolume', VOLUME, { nas1Configuration: { type: 'SSD_250' } }],
    ['a dataview in several zones', 'CreateKxDataview', DATAVIEW, { azMode: 'MULTI' }],
    ['a dataview without a zone', 'CreateKxDataview', DATAVIEW, { availabilityZoneId: undefined }],
    ['a cluster without subnets', 'CreateKxCluster', CLUSTER, { vpcConfiguration: { ...IN_VPC, subnetIds: [] } }],
    ['a cluster of another release', 'CreateKxCluster', CLUSTER, { releaseLabel: '2.0' }],
    ['nodes without a type', 'CreateKxCluster', CLUSTER, { capacityConfiguration: { nodeCount: 1 } }],
    ['code without a key', 'CreateKxCluster', CLUSTER, { code: { s3Bucket: 'my-code' } }],
    [
      'a cache of an unknown type',
      'CreateKxCluster',
      CLUSTER,
      { cacheStorageConfigurations: [{ type: 'CACHE_99', size: 1200 }] },
    ],
  ])('is not offered: %s', (_, name, right, wrong) => {
    const operation = operationNamed(name);
    const token = { clientToken: 'abc' };
    expect(agentInput(operation).safeParse(right).error).toBeUndefined();
    expect(agentInput(operation).safeParse({ ...right, ...wrong }).success).toBe(false);
    expect(serviceInput(operation).safeParse({ ...right, ...wrong, ...token }).error).toBeUndefined();
  });
});

describe('the arguments of tools', () => {
  it('are the members of the API without clientToken and the tags that a create ignores, and with remove', () => {
    const ignored: Partial<Record<OperationName, string>> = { CreateKxVolume: 'tags', CreateKxEnvironment: 'tags' };
    for (const name of OPERATION_NAMES) {
      const [tool, api] = [agentInput(operationNamed(name)), operationNamed(name).input()];
      const own = Object.keys(tool.shape).filter((member) => member !== 'remove');
      expect(own, name).toEqual(
        Object.keys(api.shape).filter((member) => member !== 'clientToken' && member !== ignored[name]),
      );
    }
  });
});
