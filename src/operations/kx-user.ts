import * as z from 'zod';
import { once, operation } from './operation.ts';
import { ClientToken, IdType, KxClusterName, MaxResults, PaginationToken, TagMap, Timestamp, text } from './shapes.ts';

const KxUserName = once(() => text(1, 50, /^[0-9A-Za-z_-]{1,50}$/));
const RoleArn = once(() => text(20, 2048, /^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@/-]+$/));
const KxUserArn = once(() =>
  text(
    20,
    2048,
    /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d+:kxEnvironment\/[0-9A-Za-z_-]{1,128}\/kxUser\/[0-9A-Za-z_-]{1,128}$/,
  ),
);

const userLabels = () => ({ environmentId: IdType(), userName: KxUserName() });
const KxUser = once(() =>
  z.strictObject({
    userName: KxUserName().optional(),
    userArn: KxUserArn().optional(),
    environmentId: IdType().optional(),
    iamRole: RoleArn().optional(),
  }),
);

export const CreateKxUser = operation({
  http: 'POST /kx/environments/{environmentId}/users',
  entity: 'kx-user',
  risk: 'create',
  summary: 'Give a trader, quant or service access: add a new kdb user who can log in with an IAM role.',
  input: () =>
    z.strictObject({
      ...userLabels(),
      iamRole: RoleArn(),
      tags: TagMap().optional(),
      clientToken: ClientToken().optional(),
    }),
  output: KxUser,
  errors: [
    'AccessDenied',
    'Conflict',
    'LimitExceeded',
    'ResourceAlreadyExists',
    'ResourceNotFound',
    'Throttling',
    'Validation',
  ],
});

export const DeleteKxUser = operation({
  http: 'DELETE /kx/environments/{environmentId}/users/{userName}',
  entity: 'kx-user',
  risk: 'destroy',
  summary: 'Remove a user who left: revoke access, they can no longer log in.',
  target: { noun: 'user', member: 'userName', reader: 'GetKxUser', arn: '/kxUser/{userName}' },
  input: () => z.strictObject({ ...userLabels(), clientToken: ClientToken().optional() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'Conflict', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxConnectionString = operation({
  http: 'GET /kx/environments/{environmentId}/connectionString',
  entity: 'kx-user',
  risk: 'reveal',
  secret: 'signedConnectionString',
  summary:
    'Log in or connect to an HDB, RDB or gateway as a user: endpoint (host, port) and password for a q session, hopen or PyKX. When the login has expired or is refused, get a new one.',
  input: () => z.strictObject({ userArn: KxUserArn(), environmentId: IdType(), clusterName: KxClusterName() }),
  output: () =>
    z.strictObject({
      signedConnectionString: text(1, 2048, /^(?::|:tcps:\/\/)[a-zA-Z0-9._-]+:\d+:[a-zA-Z0-9._-]+:\S+$/).optional(),
    }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetKxUser = operation({
  http: 'GET /kx/environments/{environmentId}/users/{userName}',
  entity: 'kx-user',
  risk: 'read',
  summary: 'Look up one kdb user: details such as ARN and IAM role.',
  input: () => z.strictObject(userLabels()),
  output: KxUser,
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxUsers = operation({
  http: 'GET /kx/environments/{environmentId}/users',
  entity: 'kx-user',
  risk: 'read',
  summary: 'Who has access and can log in: all users with IAM roles, ARNs and dates, for an audit or review.',
  input: () =>
    z.strictObject({
      environmentId: IdType(),
      nextToken: PaginationToken().optional(),
      maxResults: MaxResults().optional(),
    }),
  output: () =>
    z.strictObject({
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
      nextToken: PaginationToken().optional(),
    }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const UpdateKxUser = operation({
  http: 'PUT /kx/environments/{environmentId}/users/{userName}',
  entity: 'kx-user',
  risk: 'update',
  summary: 'Rotate the IAM role of a kdb user, or switch them to a new role.',
  input: () => z.strictObject({ ...userLabels(), iamRole: RoleArn(), clientToken: ClientToken().optional() }),
  output: KxUser,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
