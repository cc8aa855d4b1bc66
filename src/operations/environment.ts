import * as z from 'zod';
import { once, operation } from './operation.ts';
import {
  Description,
  EnvironmentArn,
  EnvironmentStatus,
  IdType,
  KmsKeyId,
  MaxResults,
  PaginationToken,
  TagMap,
  text,
} from './shapes.ts';
import { ENVIRONMENT } from './targets.ts';
import { BROWSER_UPDATE } from './update-rules.ts';

const EnvironmentName = once(() =>
  text(1, 255, /^[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]$/, 'a name of letters, digits and -, such as research'),
);
const Url = once(() =>
  text(
    1,
    1000,
    /^https?:\/\/[-a-zA-Z0-9+&@#/%?=~_|!:,.;]*[-a-zA-Z0-9+&@#/%=~_|]$/,
    'a URL such as https://idp.example.com/saml',
  ),
);
const NameString = once(() => text(1, 50, /^[a-zA-Z0-9]{1,50}$/, '1 to 50 letters and digits'));
const FederationMode = once(() => z.enum(['FEDERATED', 'LOCAL']));

const FederationParameters = once(() =>
  z.strictObject({
    samlMetadataDocument: text(1000, 10_000_000).optional(),
    samlMetadataURL: Url().optional(),
    applicationCallBackURL: Url().optional(),
    federationURN: text(1, 255, /^[A-Za-z0-9._\-:/#+]+$/, 'a URN such as urn:amazon:webservices').optional(),
    federationProviderName: text(
      1,
      32,
      /^[^_\p{Z}][\p{L}\p{M}\p{S}\p{N}\p{P}][^_\p{Z}]+$/u,
      '3 to 32 characters without spaces, such as Okta',
    ).optional(),
    attributeMap: z.record(text(1, 32), text(1, 1000)).optional(),
  }),
);

const SuperuserParameters = once(() =>
  z.strictObject({
    emailAddress: text(
      1,
      128,
      /^[A-Z0-9a-z._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]+$/,
      'an e-mail address such as jo@example.com',
    ),
    firstName: NameString(),
    lastName: NameString(),
  }),
);

const Environment = once(() =>
  z.strictObject({
    name: EnvironmentName().optional(),
    environmentId: IdType().optional(),
    awsAccountId: IdType().optional(),
    status: EnvironmentStatus().optional(),
    environmentUrl: Url().optional(),
    description: Description().optional(),
    environmentArn: EnvironmentArn().optional(),
    sageMakerStudioDomainUrl: text(1, 1000, /^[a-zA-Z0-9:/.-]*$/).optional(),
    kmsKeyId: KmsKeyId().optional(),
    dedicatedServiceAccountId: IdType().optional(),
    federationMode: FederationMode().optional(),
    federationParameters: FederationParameters().optional(),
  }),
);

export const CreateEnvironment = operation({
  http: 'POST /environment',
  entity: 'environment',
  risk: 'create',
  deprecated: true,
  summary:
    'Make or provision a legacy FinSpace dataset browser (deprecated): sign up a fresh one called sample, a FinSpace web app of that kind with superuser login, browsing.',
  input: () =>
    z.strictObject({
      name: EnvironmentName(),
      description: Description().optional(),
      kmsKeyId: KmsKeyId().optional(),
      tags: TagMap().optional(),
      federationMode: FederationMode().optional(),
      federationParameters: FederationParameters().optional(),
      superuserParameters: SuperuserParameters().optional(),
      dataBundles: z
        .array(
          text(
            20,
            2048,
            /^arn:aws:finspace:[A-Za-z0-9_/.-]{0,63}:\d*:data-bundle\/[0-9A-Za-z_-]{1,128}$/,
            'the ARN of a data bundle, such as arn:aws:finspace:us-east-1::data-bundle/capital-markets',
          ),
        )
        .optional(),
    }),
  output: () =>
    z.strictObject({
      environmentId: IdType().optional(),
      environmentArn: EnvironmentArn().optional(),
      environmentUrl: Url().optional(),
    }),
  errors: ['AccessDenied', 'LimitExceeded', 'ServiceQuotaExceeded', 'Throttling', 'Validation'],
});

export const DeleteEnvironment = operation({
  http: 'DELETE /environment/{environmentId}',
  entity: 'environment',
  risk: 'destroy',
  deprecated: true,
  summary:
    'Remove a legacy FinSpace dataset browser (deprecated FinSpace web app): decommission, erase, wipe, destroy, drop, shut down, get rid of old used data, SAML off.',
  target: ENVIRONMENT,
  input: () => z.strictObject({ environmentId: IdType() }),
  output: () => z.strictObject({}),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});

export const GetEnvironment = operation({
  http: 'GET /environment/{environmentId}',
  entity: 'environment',
  risk: 'read',
  deprecated: true,
  summary:
    'Details of a legacy FinSpace dataset browser (deprecated FinSpace web app): describe or look at status (creating), url, domain, sign mode, old SAML federation configured, KMS, service settings, data.',
  input: () => z.strictObject({ environmentId: IdType() }),
  output: () => z.strictObject({ environment: Environment().optional() }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Validation'],
});

export const ListEnvironments = operation({
  http: 'GET /environment',
  entity: 'environment',
  risk: 'read',
  deprecated: true,
  summary:
    'Show every FinSpace dataset browser (deprecated): enumerate, an inventory of FinSpace data and web app environments around that exist, own ones in every account, with SAML.',
  input: () => z.strictObject({ nextToken: PaginationToken().optional(), maxResults: MaxResults().optional() }),
  output: () =>
    z.strictObject({ environments: z.array(Environment()).optional(), nextToken: PaginationToken().optional() }),
  errors: ['AccessDenied', 'Validation'],
});

export const UpdateEnvironment = operation({
  http: 'PUT /environment/{environmentId}',
  entity: 'environment',
  risk: 'update',
  target: ENVIRONMENT,
  update: BROWSER_UPDATE,
  deprecated: true,
  summary:
    'Rename a legacy FinSpace dataset browser (deprecated web app): edit, modify, fix, put or change what its FinSpace data should read, switch federation on, switch SAML sign in to other metadata.',
  input: () =>
    z.strictObject({
      environmentId: IdType(),
      name: EnvironmentName().optional(),
      description: Description().optional(),
      federationMode: FederationMode().optional(),
      federationParameters: FederationParameters().optional(),
    }),
  output: () => z.strictObject({ environment: Environment().optional() }),
  errors: ['AccessDenied', 'ResourceNotFound', 'Throttling', 'Validation'],
});
