import { type Config, ConfigError } from '../config.ts';
import { worldOf } from '../local/context.ts';
import { DEFAULT_ACCOUNT, DEFAULT_REGION } from '../local/defaults.ts';
import type { WorldStore } from '../local/store.ts';
import { exportWorld, importWorld, listWorlds, readImport, resetWorld } from '../local/worlds/administration.ts';
import { DEFAULT_WORLD } from '../local/worlds/seed.ts';
import { writeLines } from '../output.ts';
import { whileOpen } from '../while-open.ts';
import { mayHaveWorlds, openLocalWorlds, worldLocationText } from './open-worlds.ts';
import { replaceWorld } from './world-replacement.ts';

/** `finspace-mcp world list|export|import|reset`: manages the worlds in a state file, or in the store of --store. */
export async function world(config: Config, switches: ReadonlySet<string>, word = 'list'): Promise<void> {
  const act = ACTIONS[word as keyof typeof ACTIONS];
  const { state, worldStore } = config;
  if (worldStore === undefined && state === ':memory:')
    throw new ConfigError('--state: :memory: holds no world after its process has ended; name a file');
  const mayExist = mayHaveWorlds(config);
  if (word === 'list' && !mayExist)
    return print(`No worlds yet: the first request to a server creates one in ${state}.`);
  if (act.needsWorlds && !mayExist) throw new ConfigError(`--state: ${state} does not exist; there are no worlds`);
  await whileOpen(await openLocalWorlds(config), (store) => act.run(store, config, switches.has('yes')));
}

interface Action {
  readonly needsWorlds: boolean;
  readonly run: (store: WorldStore, config: Config, discardChanges: boolean) => Promise<void>;
}

const ACTIONS = {
  list: {
    needsWorlds: true,
    run: async (store) => {
      const worlds = await listWorlds(store);
      if (worlds.length === 0) print('No worlds yet: the first request to a server creates one.');
      for (const { region, account, counts, isChanged } of worlds) {
        const what = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
        print(`${region} ${account}${isChanged ? '' : ' (unchanged)'}: ${what.join(', ') || 'empty'}`);
      }
    },
  },
  export: {
    needsWorlds: true,
    run: async (store, config) => {
      const file = await exportWorld(store, worldOf(DEFAULT_ACCOUNT, regionOf(config)));
      if (file === undefined)
        throw new ConfigError(`--region: ${worldLocationText(config)} has no world in ${regionOf(config)}`);
      print(JSON.stringify(file, null, 2));
    },
  },
  import: {
    needsWorlds: false,
    run: async (store, config, discardChanges) => {
      const { world: path, region, quotas } = config;
      if (!path?.endsWith('.json')) throw new ConfigError('--world: world import expects a world file (*.json)');
      const options = { now: Date.now, account: DEFAULT_ACCOUNT, region, quotas };
      const replacement = { act: 'import', region: readImport(path, options).region, source: path } as const;
      await replace(store, config, { ...replacement, discardChanges }, (backUpWorld) =>
        importWorld(store, path, { ...options, discardChanges, backUpWorld }),
      );
    },
  },
  reset: {
    needsWorlds: false,
    run: async (store, config, discardChanges) => {
      const worldKey = { region: regionOf(config), account: DEFAULT_ACCOUNT };
      const options = { ...worldKey, now: Date.now, lifecycle: config.lifecycle, quotas: config.quotas };
      const source = config.world ?? DEFAULT_WORLD;
      const replacement = { act: 'reset', region: worldKey.region, source } as const;
      await replace(store, config, { ...replacement, discardChanges }, (backUpWorld) =>
        resetWorld(store, source, { ...options, discardChanges, backUpWorld }),
      );
    },
  },
} satisfies Record<string, Action>;

const regionOf = ({ region }: Config) => region ?? DEFAULT_REGION;
const print = (line: string) => writeLines([line]);

async function replace(...[store, config, replacement, replaceIn]: Parameters<typeof replaceWorld>): Promise<void> {
  const backup = await replaceWorld(store, config, replacement, replaceIn);
  const kept = backup === undefined ? '' : ` The previous world is in ${backup}`;
  print(`The world in ${replacement.region} is now ${replacement.source}.${kept}`);
}
