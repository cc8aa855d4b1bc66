import * as z from 'zod';
import type { KindName } from '../../kinds/views.ts';
import { OPERATIONS } from '../../operations/index.ts';

/** Milliseconds since the epoch. The maximum excludes microseconds and nanoseconds. */
export const moment = z.int().min(0).max(Date.UTC(2200, 0), 'expects milliseconds since the epoch, before 2200');
const times = { created: moment, modified: moment };

/** The stored form of each kind of entity, derived from the API's schemas; a world file can hold all of them. */
export const BODIES = {
  'kx-environment': () => {
    const shape = OPERATIONS.GetKxEnvironment.output().shape;
    const { environmentId, awsAccountId, status, environmentArn, creationTimestamp, updateTimestamp, ...more } = shape;
    const { dedicatedServiceAccountId, availabilityZoneIds, certificateAuthorityArn, ...members } = more;
    return z.strictObject({
      ...members,
      ...times,
      name: members.name.unwrap(),
      kmsKeyId: members.kmsKeyId.unwrap(),
      tgwStatus: members.tgwStatus.unwrap(),
      dnsStatus: members.dnsStatus.unwrap(),
      /** Assigned at the end of the creation. */
      opened: z
        .strictObject({
          dedicatedServiceAccountId: z.string(),
          availabilityZoneIds: z.array(z.string()),
          certificateAuthorityArn: z.string(),
        })
        .optional(),
    });
  },
  'kx-cluster': () => {
    const shape = OPERATIONS.GetKxCluster.output().shape;
    const { status, clusterName, createdTimestamp, lastModifiedTimestamp, ...members } = shape;
    const { clusterType, releaseLabel, azMode, vpcConfiguration } = members;
    return z.strictObject({
      ...members,
      ...times,
      clusterType: clusterType.unwrap(),
      releaseLabel: releaseLabel.unwrap(),
      azMode: azMode.unwrap(),
      vpcConfiguration: vpcConfiguration.unwrap(),
    });
  },
  'kx-node': () =>
    z.strictObject({
      availabilityZoneId: z.string(),
      launched: moment,
      relaunch: z.enum(['ROLLING', 'FORCE']).optional(),
    }),
  'kx-database': () => {
    const shape = OPERATIONS.GetKxDatabase.output().shape;
    const { environmentId, databaseName, databaseArn, createdTimestamp, lastModifiedTimestamp, ...members } = shape;
    return z.strictObject({
      ...members,
      ...times,
      sequence: z.int().min(0),
      numBytes: z.int().min(0),
      numFiles: z.int().min(0),
      numChangesets: z.int().min(0),
    });
  },
  'kx-changeset': () => {
    const shape = OPERATIONS.GetKxChangeset.output().shape;
    const { environmentId, databaseName, changesetId, status, createdTimestamp, ...more } = shape;
    const { lastModifiedTimestamp, activeFromTimestamp, ...members } = more;
    return z.strictObject({
      ...members,
      ...times,
      changeRequests: members.changeRequests.unwrap(),
      activeFrom: moment.optional(),
    });
  },
  'kx-dataview': () => {
    const shape = OPERATIONS.GetKxDataview.output().shape;
    const { environmentId, databaseName, dataviewName, status, createdTimestamp, ...more } = shape;
    const { lastModifiedTimestamp, activeVersions, ...members } = more;
    const segmentConfigurations = members.segmentConfigurations.unwrap();
    return z.strictObject({
      ...members,
      ...times,
      azMode: members.azMode.unwrap(),
      segmentConfigurations,
      autoUpdate: z.boolean(),
      readWrite: z.boolean(),
      versions: z.array(
        z.strictObject({
          versionId: z.string().min(1).max(26),
          changesetId: members.changesetId,
          segmentConfigurations,
          created: moment,
          active: z.boolean(),
        }),
      ),
    });
  },
  'kx-scaling-group': () => {
    const shape = OPERATIONS.GetKxScalingGroup.output().shape;
    const { scalingGroupName, scalingGroupArn, clusters, status, createdTimestamp, ...more } = shape;
    const { lastModifiedTimestamp, ...members } = more;
    return z.strictObject({
      ...members,
      ...times,
      hostType: members.hostType.unwrap(),
      availabilityZoneId: members.availabilityZoneId.unwrap(),
    });
  },
  'kx-volume': () => {
    const shape = OPERATIONS.GetKxVolume.output().shape;
    const { environmentId, volumeName, volumeArn, attachedClusters, status, createdTimestamp, ...more } = shape;
    const { lastModifiedTimestamp, ...members } = more;
    return z.strictObject({
      ...members,
      ...times,
      volumeType: members.volumeType.unwrap(),
      azMode: members.azMode.unwrap(),
      availabilityZoneIds: members.availabilityZoneIds.unwrap(),
      nas1Configuration: members.nas1Configuration.unwrap().required(),
    });
  },
  'kx-user': () => {
    const { environmentId, userName, userArn, ...members } = OPERATIONS.GetKxUser.output().shape;
    return z.strictObject({ ...members, ...times, iamRole: members.iamRole.unwrap() });
  },
  environment: () => {
    const { tags, dataBundles, superuserParameters, ...members } = OPERATIONS.CreateEnvironment.input().shape;
    return z.strictObject({ ...members, dedicatedServiceAccountId: z.string() });
  },
} satisfies Record<KindName, () => z.ZodType>;

export type Bodies = { readonly [K in KindName]: z.output<ReturnType<(typeof BODIES)[K]>> };
