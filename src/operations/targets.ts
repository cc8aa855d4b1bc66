import type { Target } from './operation.ts';

export const KX_ENVIRONMENT: Target = {
  noun: 'kdb environment',
  member: 'environmentId',
  reader: 'GetKxEnvironment',
  namePath: ['name'],
};

export const CLUSTER: Target = { noun: 'cluster', member: 'clusterName', reader: 'GetKxCluster' };

export const VOLUME: Target = { noun: 'volume', member: 'volumeName', reader: 'GetKxVolume' };

export const USER: Target = { noun: 'user', member: 'userName', reader: 'ListKxUsers' };

export const DATABASE: Target = { noun: 'database', member: 'databaseName', reader: 'GetKxDatabase' };

export const DATAVIEW: Target = { noun: 'dataview', member: 'dataviewName', reader: 'GetKxDataview' };

export const ENVIRONMENT: Target = {
  noun: 'dataset browser environment',
  member: 'environmentId',
  reader: 'GetEnvironment',
  namePath: ['environment', 'name'],
};
