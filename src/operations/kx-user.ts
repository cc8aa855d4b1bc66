import * as z from 'zod';
import { CREATE_ERRORS } from './errors.ts';
import { lazy, operation } from './operation.ts';
import {
  ClientToken,
  describedByFormat,
  IdType,
  KdbEnvironmentId,
  KxClusterName,
  MaxResults,
  PaginationToken,
  pageOf,
  TagMap,
  Timestamp,
  text,
} from './shapes.ts';
import { USER } from './targets.ts';

const KxUserName = lazy(() =>
  text(1, 50, /^[0-9A-Za-z_-]{1,50}$/, 'a name of 1 to 50 letters, digits, - and _, such as amara_okafor'),
);
const RoleArn = lazy(() =>
  text(
    20,
    2048,
    /^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@/-]+$/,
    'the ARN of a role, such as arn:aws:iam::123456789012:role/kdb-reader',
  ),
);
const KxUserArn = lazy(() =>
  text(
    20,
    2048,
    /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d+:kxEnvironment\/[0-9A-Za-z_-]{1,128}\/kxUser\/[0-9A-Za-z_-]{1,128}$/,
    'the ARN of a user, such as arn:aws:finspace:us-east-1:123456789012:kxEnvironment/ID/kxUser/NAME',
  ),
);

const userLabels = () => ({ environmentId: KdbEnvironmentId(), userName: KxUserName() });
const KxUser = lazy(() =>
  z.strictObject({
    userName: KxUserName().optional(),
    userArn: KxUserArn().optional(),
    environmentId: IdType().optional(),
    iamRole: RoleArn().optional(),
  }),
);

export const CreateKxUser = operation({
  http: 'POST /kx/environments/{environmentId}/users',
  kind: 'kx-user',
  risk: 'create',
  summary:
    'Create a user of a kdb environment: a name under which callers with a given IAM role connect to its clusters. ' +
    'Takes effect at once. Callers with that role then get connection strings with get_kx_connection_string. For ' +
    'several users, use create_kx_entities.',
  keywords: 'onboard login account access colleague service add',
  input: () =>
    z.strictObject({
      ...userLabels(),
      userName: describedByFormat(KxUserName()),
      iamRole: RoleArn().describe('ARN of the IAM role that the user connects with'),
      tags: TagMap().optional(),
      clientToken: ClientToken().optional(),
    }),
  output: KxUser,
  errors: CREATE_ERRORS,
});

export const DeleteKxUser = operation({
  http: 'DELETE /kx/environments/{environmentId}/users/{userName}',
  kind: 'kx-user',
  risk: 'destroy',
  summary:
    'Delete a user of a kdb environment, who can then no longer get connection strings for its clusters. The IAM ' +
    'role itself stays. Takes effect at once.',
  keywords: 'offboard revoke access leaver login account remove',
  target: USER,
  input: () => z.strictObject({ ...userLabels(), clientToken: ClientToken().optional() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxConnectionString = operation({
  http: 'GET /kx/environments/{environmentId}/connectionString',
  kind: 'kx-user',
  risk: 'reveal',
  secret: 'signedConnectionString',
  summary:
    'Create a signed connection string for a user and a kdb cluster, valid for 15 minutes. The string is a ' +
    'credential. Unless the operator has set this server to return it, the server writes it to a private file on ' +
    'its machine, and the answer gives only the file path, host and port; over HTTP, the call is refused. On ' +
    "AWS, only callers with the user's own IAM role get one.",
  keywords: 'connect log in hopen password credentials query session',
  input: () =>
    z.strictObject({
      userArn: KxUserArn().describe('userArn from list_kx_users'),
      environmentId: KdbEnvironmentId(),
      clusterName: KxClusterName(),
    }),
  output: () =>
    z.strictObject({
      signedConnectionString: text(1, 2048, /^(?::|:tcps:\/\/)[a-zA-Z0-9._-]+:\d+:[a-zA-Z0-9._-]+:\S+$/).optional(),
    }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxUser = operation({
  http: 'GET /kx/environments/{environmentId}/users/{userName}',
  kind: 'kx-user',
  risk: 'read',
  summary: 'Show a user of a kdb environment: ARN, tags and IAM role. To find users by role, use find_kx_entities.',
  keywords: 'describe account permissions which role',
  input: () => z.strictObject(userLabels()),
  output: KxUser,
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxUsers = operation({
  http: 'GET /kx/environments/{environmentId}/users',
  kind: 'kx-user',
  risk: 'read',
  summary:
    'List the users of a kdb environment with their ARNs, IAM roles and dates. To find users in all environments, ' +
    'or to count them by role, use find_kx_entities (kinds: user, groupBy: iamRole).',
  keywords: 'who has access everyone logins accounts people',
  input: () =>
    z.strictObject({
      environmentId: KdbEnvironmentId(),
      nextToken: PaginationToken().optional(),
      maxResults: MaxResults().optional(),
    }),
  output: () =>
    pageOf({
      users: z
        .array(
          z.strictObject({
            userArn: KxUserArn().optional(),
            userName: KxUserName().optional(),
            iamRole: RoleArn().optional(),
            createTimestamp: Timestamp().optional(),
            updateTimestamp: Timestamp().optional(),
          }),
        )
        .optional(),
    }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxUser = operation({
  http: 'PUT /kx/environments/{environmentId}/users/{userName}',
  kind: 'kx-user',
  risk: 'update',
  target: USER,
  update: { leftOut: {}, sensitive: ['iamRole'] },
  summary:
    'Change the IAM role of a user of a kdb environment. Callers with the old role can no longer connect as this ' +
    'user. A person must approve if the user or its environment is protected. Takes effect at once.',
  keywords: 'change assign switch role permissions rights',
  input: () =>
    z.strictObject({ ...userLabels(), iamRole: describedByFormat(RoleArn()), clientToken: ClientToken().optional() }),
  output: KxUser,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
