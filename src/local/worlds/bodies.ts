import * as z from 'zod';
import type { KindName } from '../../kinds/views.ts';
import { OPERATIONS } from '../../operations/index.ts';
import { once } from '../../operations/operation.ts';

const moment = z.int().min(0);
const times = { created: moment, modified: moment };

/** The stored form of each kind of entity, derived from the API's schemas; a world file can hold all of them. */
const DECLARED = {
  'kx-environment': () => {
    const { name, description, kmsKeyId, errorMessage, tgwStatus, dnsStatus, ...rest } =
      OPERATIONS.GetKxEnvironment.output().shape;
    return z.strictObject({
      ...times,
      name: name.unwrap(),
      kmsKeyId: kmsKeyId.unwrap(),
      tgwStatus: tgwStatus.unwrap(),
      dnsStatus: dnsStatus.unwrap(),
      description,
      errorMessage,
      transitGatewayConfiguration: rest.transitGatewayConfiguration,
      customDNSConfiguration: rest.customDNSConfiguration,
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
  'kx-database': () =>
    z.strictObject({
      ...times,
      description: OPERATIONS.GetKxDatabase.output().shape.description,
      sequence: z.int().min(0),
      numBytes: z.int().min(0),
      numFiles: z.int().min(0),
      numChangesets: z.int().min(0),
      lastCompletedChangesetId: z.string().optional(),
    }),
  'kx-changeset': () => {
    const { changeRequests, errorInfo } = OPERATIONS.GetKxChangeset.output().shape;
    return z.strictObject({
      ...times,
      changeRequests: changeRequests.unwrap(),
      errorInfo,
      activeFrom: moment.optional(),
    });
  },
  'kx-dataview': () => {
    const shape = OPERATIONS.GetKxDataview.output().shape;
    const segmentConfigurations = shape.segmentConfigurations.unwrap();
    return z.strictObject({
      ...times,
      azMode: shape.azMode.unwrap(),
      availabilityZoneId: shape.availabilityZoneId,
      changesetId: shape.changesetId,
      segmentConfigurations,
      description: shape.description,
      statusReason: shape.statusReason,
      autoUpdate: z.boolean(),
      readWrite: z.boolean(),
      versions: z.array(
        z.strictObject({
          versionId: z.string().min(1).max(26),
          changesetId: shape.changesetId,
          segmentConfigurations,
          created: moment,
          active: z.boolean(),
        }),
      ),
    });
  },
  'kx-scaling-group': () => {
    const { hostType, availabilityZoneId, statusReason } = OPERATIONS.GetKxScalingGroup.output().shape;
    return z.strictObject({
      ...times,
      hostType: hostType.unwrap(),
      availabilityZoneId: availabilityZoneId.unwrap(),
      statusReason,
    });
  },
  'kx-volume': () => {
    const shape = OPERATIONS.GetKxVolume.output().shape;
    return z.strictObject({
      ...times,
      volumeType: shape.volumeType.unwrap(),
      description: shape.description,
      statusReason: shape.statusReason,
      azMode: shape.azMode.unwrap(),
      availabilityZoneIds: shape.availabilityZoneIds.unwrap(),
      nas1Configuration: z.strictObject({ type: z.string(), size: z.int().min(1200) }),
    });
  },
  'kx-user': () => z.strictObject({ ...times, iamRole: OPERATIONS.CreateKxUser.input().shape.iamRole }),
  environment: () => {
    const { name, description, kmsKeyId, federationMode, federationParameters } =
      OPERATIONS.CreateEnvironment.input().shape;
    const dedicatedServiceAccountId = z.string();
    return z.strictObject({
      name,
      description,
      kmsKeyId,
      federationMode,
      federationParameters,
      dedicatedServiceAccountId,
    });
  },
} satisfies Record<KindName, () => z.ZodType>;

/** The stored form of each kind of entity. */
export type Bodies = { readonly [K in KindName]: z.output<ReturnType<(typeof DECLARED)[K]>> };

/** Each schema is built once, on first use. */
export const BODIES = Object.fromEntries(
  Object.entries<() => z.ZodType>(DECLARED).map(([kind, body]) => [kind, once(body)]),
) as Record<KindName, () => z.ZodType>;
