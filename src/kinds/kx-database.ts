import { openEnvironment } from './environment-rules.ts';
import { dataText, loadsInto } from './loads.ts';
import type { KindDefinition } from './model.ts';
import { DATABASES } from './quotas.ts';
import { containsNone, exists, freeName, unused } from './rules.ts';

export const kxDatabase: KindDefinition<'kx-database'> = {
  references: [
    {
      to: 'kx-changeset',
      as: 'of',
      preventsDeletion: false,
      targets: ({ lastCompletedChangesetId: changesetId }, { databaseName }) =>
        changesetId === undefined ? [] : [{ databaseName, changesetId, isImplied: true }],
    },
  ],
  changes: {
    CreateKxDatabase: {
      rules: [openEnvironment, freeName('kx-database', 'ResourceAlreadyExists')],
      quotas: () => [{ quota: DATABASES, more: 1 }],
    },
    // Only the description changes.
    UpdateKxDatabase: { rules: [openEnvironment, exists('kx-database')], impact: () => ({}) },
    DeleteKxDatabase: {
      rules: [
        openEnvironment,
        exists('kx-database'),
        unused('kx-database', (name, by) => `KX database ${name} is mounted by ${by}`),
        containsNone('kx-database', 'kx-dataview', (name) => `KX database ${name} still has dataviews`),
      ],
      impact: async ({ key, target, read }) => {
        const loads = await loadsInto(read, key);
        return { lost: [{ kind: 'data', name: key.databaseName, detail: dataText(target, loads) }], loads };
      },
    },
  },
};
