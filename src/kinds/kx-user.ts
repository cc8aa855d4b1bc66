import type { Kind } from './model.ts';
import { USERS } from './quotas.ts';
import { exists, freeName, openEnvironment } from './rules.ts';

const unchecked = ['whether the role exists'];

export const kxUser: Kind<'kx-user'> = {
  changes: {
    CreateKxUser: {
      rules: [openEnvironment, freeName('kx-user', 'ResourceAlreadyExists')],
      quotas: () => [{ quota: USERS, more: 1 }],
      unchecked,
    },
    UpdateKxUser: { rules: [openEnvironment, exists('kx-user')], unchecked, impact: () => ({}) },
    DeleteKxUser: {
      rules: [openEnvironment, exists('kx-user')],
      // Callers in its role lose access.
      impact: ({ key, target }) => ({
        lost: [{ kind: 'access', name: key.userName, detail: `through ${target.iamRole}` }],
      }),
    },
  },
};
