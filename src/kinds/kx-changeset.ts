import { quoteWhole } from '../untrusted.ts';
import { openEnvironment } from './environment-rules.ts';
import { dataText, loadsInto } from './loads.ts';
import type { Impact, KindDefinition, Note, RequestedChange } from './model.ts';
import { keyIn } from './names.ts';
import { INGESTIONS } from './quotas.ts';
import { databaseExists } from './rules.ts';

type Create = RequestedChange<'kx-changeset', 'CreateKxChangeset'>;
type Requests = Create['input']['changeRequests'];

/** The data that a changeset deletes from its database; if it has PUT requests, all of its requests in order. */
async function changesetImpact({ input, read }: Create): Promise<Impact> {
  const { changeRequests: requests } = input;
  const paths = requests.filter(({ changeType }) => changeType === 'DELETE').map(({ dbPath }) => dbPath);
  if (paths.length === 0) return { notes: requestNotes(requests) };
  const database = (await read.get('kx-database', keyIn('kx-database', input))) ?? {};
  const loads = await loadsInto(read, keyIn('kx-database', input));
  return {
    lost: paths.map((path) => ({ kind: 'files', name: path, detail: `of ${input.databaseName}` })),
    notes: [
      { says: `The database holds ${dataText(database, loads)}.`, needs: 'GetKxDatabase' },
      ...(paths.length === requests.length ? [] : requestNotes(requests)),
    ],
    loads,
  };
}

const requestNotes = (requests: Requests): Note[] => [...requests.map(requestNote), { says: PUT_REPLACES }];
const PUT_REPLACES = 'PUT also replaces files of the same name.';

function requestNote({ changeType, s3Path, dbPath }: Requests[number], at: number, { length }: Requests): Note {
  const from = s3Path === undefined ? '' : `${quoteWhole(s3Path)} to `;
  return { says: `Request ${at + 1} of ${length}: ${changeType} ${from}${quoteWhole(dbPath)}.` };
}

export const kxChangeset: KindDefinition<'kx-changeset'> = {
  references: [
    { to: 'kx-database', as: 'of', preventsDeletion: false, targets: (_, { databaseName }) => [{ databaseName }] },
  ],
  changes: {
    CreateKxChangeset: {
      rules: [openEnvironment, databaseExists],
      quotas: () => [{ quota: INGESTIONS, more: 1 }],
      unchecked: ['whether the files in S3 and the paths exist'],
      impact: changesetImpact,
      verb: 'DELETE FILES OF',
      shows: ['changeRequests'],
    },
  },
};
