import { environmentExists, openEnvironment } from './environment-rules.ts';
import type { KindDefinition, RequestedChange, RuleResult } from './model.ts';
import { USERS } from './quotas.ts';
import { checkReady, exists, freeName, missing } from './rules.ts';

type Connect = RequestedChange<'kx-user', 'GetKxConnectionString'>;

const unchecked = ['whether the role exists'];

/** The ARN is that of a user of the environment. */
async function userOfArn({ input: { userArn }, key: { environmentId }, read }: Connect): Promise<RuleResult> {
  const says = 'The userArn is not of a user of this environment';
  const foreignUserProblem = { error: 'Validation', message: says, argument: { member: 'userArn', says } } as const;
  const [environmentArn = '', userName = ''] = userArn.split('/kxUser/');
  if (!environmentArn.endsWith(`:kxEnvironment/${environmentId}`)) return foreignUserProblem;
  const user = await read.get('kx-user', { environmentId, userName });
  if (user === undefined) return missing('kx-user', { environmentId, userName });
  return user.userArn === undefined || user.userArn === userArn ? undefined : foreignUserProblem;
}

async function clusterRuns({ input: { clusterName }, key: { environmentId }, read }: Connect): Promise<RuleResult> {
  const cluster = { environmentId, clusterName };
  const { problems, view } = await checkReady(read, 'kx-cluster', cluster, { error: 'Validation' });
  return view?.status === 'UPDATING' ? undefined : problems;
}

export const kxUser: KindDefinition<'kx-user'> = {
  changes: {
    CreateKxUser: {
      rules: [openEnvironment, freeName('kx-user', 'ResourceAlreadyExists')],
      quotas: () => [{ quota: USERS, more: 1 }],
      unchecked,
    },
    UpdateKxUser: { rules: [openEnvironment, exists('kx-user')], unchecked, impact: () => ({}) },
    GetKxConnectionString: {
      rules: [environmentExists, userOfArn, clusterRuns],
      unchecked: ['whether this server acts in the role of the user'],
      impact: () => ({}),
    },
    DeleteKxUser: {
      rules: [openEnvironment, exists('kx-user')],
      // Callers in its role lose access.
      impact: ({ key, target }) => ({
        lost: [{ kind: 'access of user', name: key.userName, detail: target.iamRole && roleText(target.iamRole) }],
      }),
    },
  },
};

/** `role kdb-quant of account 111122223333`: all that the ARN of a role says, short enough for one line of a form. */
function roleText(arn: string): string {
  const [, account, role] = /^arn:aws:iam::(\d+):role\/(.+)$/.exec(arn) ?? [];
  return account === undefined ? `role ${arn}` : `role ${role} of account ${account}`;
}
