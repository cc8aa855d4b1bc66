import * as z from 'zod';
import { once, operation } from './operation.ts';
import { ClientToken, IdType, KxClusterName, MaxResults, PaginationToken, TagMap, Timestamp, text } from './shapes.ts';
import { USER } from './targets.ts';
import { USER_UPDATE } from './update-rules.ts';

const KxUserName = once(() =>
  text(1, 50, /^[0-9A-Za-z_-]{1,50}$/, 'a name of 1 to 50 letters, digits, - and _, such as amara_okafor'),
);
const RoleArn = once(() =>
  text(
    20,
    2048,
    /^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@/-]+$/,
    'the ARN of a role, such as arn:aws:iam::123456789012:role/kdb-reader',
  ),
);
const KxUserArn = once(() =>
  text(
    20,
    2048,
    /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d+:kxEnvironment\/[0-9A-Za-z_-]{1,128}\/kxUser\/[0-9A-Za-z_-]{1,128}$/,
    'the ARN of a user, such as arn:aws:finspace:us-east-1:123456789012:kxEnvironment/ID/kxUser/NAME',
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
  summary:
    'Add a user: onboard or register a login for a colleague who joined or starts, set or make a new service account for an application, give IAM access at the desk, let in.',
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
  summary:
    'Offboard a user: revoke the login, lock out, drop, erase, be rid of or take off an old account, a contractor or leaver who left or moved, test user; offboard, remove access.',
  target: USER,
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
    'Connect to a cluster: generate a signed string (port, password, login credentials) to log in, hopen a handle, query, connect a session that is expired.',
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
  summary:
    'Look at a user: check which role, IAM role or policy the account is under, find details or show the record, see does a user exist, is a user denied.',
  input: () => z.strictObject(userLabels()),
  output: KxUser,
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const ListKxUsers = operation({
  http: 'GET /kx/environments/{environmentId}/users',
  entity: 'kx-user',
  risk: 'read',
  summary:
    'Who has access to kdb: every user, everybody, names, usernames, logins, accounts, employees, users and the IAM of all people, how many log in; export everyone.',
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
  target: USER,
  update: USER_UPDATE,
  summary:
    'Change the role: assign, swap, switch or modify it, replace a wrong or renamed IAM role, give new rights to somebody who moved; promote, promoted, downgrade.',
  input: () => z.strictObject({ ...userLabels(), iamRole: RoleArn(), clientToken: ClientToken().optional() }),
  output: KxUser,
  errors: ['AccessDenied', 'Conflict', 'LimitExceeded', 'ResourceNotFound', 'Throttling', 'Validation'],
});
