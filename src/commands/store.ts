import { type Config, ConfigError } from '../config.ts';
import { counted } from '../inventory/units.ts';
import { writeLines } from '../output.ts';
import { ownCommand } from '../own-command.ts';
import {
  acceptRestore,
  initStore,
  migrateStore,
  type StoreStatus,
  storeStatus,
  unpin,
} from '../store/postgres/administration.ts';
import { SERVER_ROLE } from '../store/postgres/migrations.ts';

/** `finspace-mcp store init|migrate|import|status|accept-restore|unpin`: manages the database of --store, as its owner. */
export async function store(config: Config, switches: ReadonlySet<string>, word = 'status'): Promise<void> {
  const act = ACTIONS[word as keyof typeof ACTIONS];
  const withRoles = switches.has('roles');
  if (withRoles && word !== 'init' && word !== 'migrate') throw new ConfigError('--roles: is for init and migrate');
  if (config.store === undefined) throw new ConfigError('store: needs --store URL');
  const lines = await act({ url: config.store, stateDir: config.stateDir, worldFile: config.state, withRoles });
  writeLines(lines);
}

interface ActionOptions {
  readonly url: string;
  readonly stateDir: string;
  readonly worldFile: string;
  readonly withRoles: boolean;
}

const ACTIONS = {
  init: async ({ url, withRoles }: ActionOptions) => [
    `The store ${await initStore(url, { createsRole: withRoles })} is ready.`,
    ...(withRoles ? [GRANT_ADVICE] : []),
  ],
  migrate: async ({ url, withRoles }: ActionOptions) => {
    const { from, to } = await migrateStore(url, { createsRole: withRoles });
    const text =
      from === to ? `The store already has version ${to}.` : `Migrated the store from version ${from} to ${to}.`;
    return [text, ...(withRoles ? [GRANT_ADVICE] : [])];
  },
  import: async ({ url, stateDir, worldFile }: ActionOptions) => {
    const [{ importState }, { importWorlds }] = await Promise.all([
      import('../store/import.ts'),
      import('./import-worlds.ts'),
    ]);
    const { id, entries, kits, approver } = await importState(url, stateDir, tenths());
    return [
      `Imported ${stateDir} into the store ${id}: a journal of ${counted('entry', entries)}, and ${counted('recovery kit', kits)}.`,
      approver === '' ? 'The directory has no approver key.' : `The approver key ${approver} is pinned.`,
      ...(await importWorlds(worldFile, url)),
      'Open plans were not imported: agents must request approval again. Start the servers of this directory with --store.',
    ];
  },
  status: async ({ url }: ActionOptions) => statusLines(await storeStatus(url)),
  'accept-restore': async ({ url }: ActionOptions) => {
    await acceptRestore(url);
    return ['Accepted. All open plans and unused approvals are void, and the journal records it.'];
  },
  unpin: async ({ url }: ActionOptions) => {
    await unpin(url);
    return [
      'Removed the pinned keys, named targets and backend. The next server that starts pins its own for all replicas.',
    ];
  },
};

const LARGE_JOURNAL = 20_000;

/** Reports the progress of a large import on stderr, each tenth of it. */
function tenths(): (done: number, total: number) => void {
  let reported = 0;
  return (done, total) => {
    const tenth = Math.floor((10 * done) / total);
    if (total < LARGE_JOURNAL || tenth <= reported) return;
    reported = tenth;
    process.stderr.write(`${done} of ${total} journal entries\n`);
  };
}

const GRANT_ADVICE = `Grant the role ${SERVER_ROLE} to the user that servers connect as: GRANT ${SERVER_ROLE} TO "USER".`;

function statusLines({
  id,
  version,
  postgresVersion,
  entries,
  openPlans,
  replicas,
  pins,
  synchronous,
  ownsTables,
}: StoreStatus): string[] {
  return [
    `Store ${id}, version ${version}, in PostgreSQL ${postgresVersion}`,
    `${counted('journal entry', entries)}, ${counted('open plan', openPlans)}`,
    ...replicas.map(({ name, version, secondsAgo }) => `Replica ${name} (${version}), seen ${secondsAgo} s ago`),
    ...pins.map(({ name, replica }) => `Pinned by ${replica}: ${name}`),
    synchronous
      ? 'Commits wait for a standby.'
      : `No standby is synchronous: a failover may lose the newest entries. Servers then refuse changes until a person runs ${ownCommand()} store accept-restore.`,
    ...(ownsTables
      ? ['This user owns the tables. Servers should connect as a member of another role: see --roles.']
      : []),
  ];
}
