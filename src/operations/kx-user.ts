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
  summary: 'Give somebody access: add a kdb user, such as a trader, bound to the IAM role they log in with.',
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
  summary: 'Revoke access: delete a kdb user from an environment.',
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
    'Get the signed connection string (a short-lived credential) with which a user opens a q session on a cluster. Renew it when it expires.',
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
  summary: 'Show one kdb user: userArn and the IAM role it is bound to.',
  input: () => z.strictObject(userLabels()),
  output: KxUser,
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxUsers = operation({
  http: 'GET /kx/environments/{environmentId}/users',
  entity: 'kx-user',
  risk: 'read',
  summary: 'Who has access to an environment: every kdb user with IAM role, ARN and when it was added.',
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
  summary: 'Rotate or change the IAM role of a kdb user.',
  input: () => z.strictObject({ ...userLabels(), iamRole: RoleArn(), clientToken: ClientToken().optional() }),
  output: KxUser,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
