import * as z from 'zod';
import { OPERATIONS } from '../../operations/index.ts';
import { once } from '../../operations/operation.ts';

const moment = z.int().min(0);
const times = { created: moment, modified: moment };

/** The stored form of each kind of entity, with its statuses; derived from the API's schemas. */
interface Kind {
  readonly body: () => z.ZodType;
  readonly statuses: () => readonly string[];
}

const valuesOf = (schema: unknown) =>
  (schema as z.ZodOptional<z.ZodEnum>).unwrap().options.map((option) => String(option));
const withoutStatus = () => [''];

const DECLARED: Readonly<Record<string, Kind>> = {
  kxEnvironment: {
    body: () => {
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
    statuses: () => valuesOf(OPERATIONS.GetKxEnvironment.output().shape.status),
  },
  kxCluster: {
    body: () => {
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
    statuses: () => valuesOf(OPERATIONS.GetKxCluster.output().shape.status),
  },
  kxNode: {
    body: () =>
      z.strictObject({
        availabilityZoneId: z.string(),
        launched: moment,
        relaunch: z.enum(['ROLLING', 'FORCE']).optional(),
      }),
    statuses: () => ['PROVISIONING', 'RUNNING'],
  },
  kxDatabase: {
    body: () =>
      z.strictObject({
        ...times,
        description: OPERATIONS.GetKxDatabase.output().shape.description,
        sequence: z.int().min(0),
        numBytes: z.int().min(0),
        numFiles: z.int().min(0),
        numChangesets: z.int().min(0),
        lastCompletedChangesetId: z.string().optional(),
      }),
    statuses: withoutStatus,
  },
  kxChangeset: {
    body: () => {
      const { changeRequests, errorInfo } = OPERATIONS.GetKxChangeset.output().shape;
      return z.strictObject({
        ...times,
        changeRequests: changeRequests.unwrap(),
        errorInfo,
        activeFrom: moment.optional(),
      });
    },
    statuses: () => valuesOf(OPERATIONS.GetKxChangeset.output().shape.status),
  },
  kxDataview: {
    body: () => {
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
    statuses: () => valuesOf(OPERATIONS.GetKxDataview.output().shape.status),
  },
  kxScalingGroup: {
    body: () => {
      const { hostType, availabilityZoneId, statusReason } = OPERATIONS.GetKxScalingGroup.output().shape;
      return z.strictObject({
        ...times,
        hostType: hostType.unwrap(),
        availabilityZoneId: availabilityZoneId.unwrap(),
        statusReason,
      });
    },
    statuses: () => valuesOf(OPERATIONS.GetKxScalingGroup.output().shape.status),
  },
  kxVolume: {
    body: () => {
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
    statuses: () => valuesOf(OPERATIONS.GetKxVolume.output().shape.status),
  },
  kxUser: {
    body: () => z.strictObject({ ...times, iamRole: OPERATIONS.CreateKxUser.input().shape.iamRole }),
    statuses: withoutStatus,
  },
  environment: {
    body: () => {
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
    statuses: () => valuesOf(OPERATIONS.GetKxEnvironment.output().shape.status),
  },
};

/** The kinds of entity that a world file can hold; each schema is built once, on first use. */
export const KINDS: Readonly<Record<string, Kind>> = Object.fromEntries(
  Object.entries(DECLARED).map(([kind, { body, statuses }]) => [kind, { body: once(body), statuses: once(statuses) }]),
);
