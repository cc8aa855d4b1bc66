import type { Target } from './operation.ts';

export const KX_ENVIRONMENT: Target = {
  noun: 'kdb environment',
  member: 'environmentId',
  reader: 'GetKxEnvironment',
  namePath: ['name'],
  arn: '',
};

export const CLUSTER: Target = {
  noun: 'cluster',
  member: 'clusterName',
  reader: 'GetKxCluster',
  arn: '/kxCluster/{clusterName}',
};

export const VOLUME: Target = {
  noun: 'volume',
  member: 'volumeName',
  reader: 'GetKxVolume',
  arn: '/kxVolume/{volumeName}',
};

export const USER: Target = { noun: 'user', member: 'userName', reader: 'ListKxUsers', arn: '/kxUser/{userName}' };

export const DATABASE: Target = {
  noun: 'database',
  member: 'databaseName',
  reader: 'GetKxDatabase',
  arn: '/kxDatabase/{databaseName}',
};

export const DATAVIEW: Target = {
  noun: 'dataview',
  member: 'dataviewName',
  reader: 'GetKxDataview',
  arn: '/kxDatabase/{databaseName}/kxDataview/{dataviewName}',
};

export const ENVIRONMENT: Target = {
  noun: 'dataset browser environment',
  member: 'environmentId',
  reader: 'GetEnvironment',
  namePath: ['environment', 'name'],
  arn: '',
};
