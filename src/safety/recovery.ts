import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evictOldest } from '../evict-oldest.ts';
import type { Call } from '../operations/index.ts';
import type { Plan } from './plan.ts';
import { recoveryKit } from './recovery-kit.ts';
import type { TeardownPlan } from './teardown.ts';

/** The existing kits, and a way to write one. */
export interface RecoveryKits {
  /** Writes a kit for a plan that is about to run; if it rejects, the plan must not run. */
  keep(plan: Plan | TeardownPlan): Promise<void>;
  list(): Promise<string[]>;
  /** The JSON of a kit; undefined if no kit has that name. */
  read(id: string): Promise<string | undefined>;
}

/** Kits as files that only this user can read. */
export function fileKits(folder: string, call: Call, now: () => number): RecoveryKits {
  const list = async () => {
    const names = await readdir(folder).catch(() => [] as string[]);
    return names
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .sort();
  };
  return {
    keep: async (plan) => {
      const { id, text } = await renderKit(call, plan, now());
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, `${id}.json`), text, { mode: 0o600, flag: 'wx' });
    },
    list,
    read: async (id) => ((await list()).includes(id) ? readFile(join(folder, `${id}.json`), 'utf8') : undefined),
  };
}

export function kitsWithin(kits: RecoveryKits, environments: readonly string[]): RecoveryKits {
  const isWithin = (id: string) => environments.includes(String(id.split('-').at(-2)));
  return {
    ...kits,
    list: async () => (await kits.list()).filter(isWithin),
    read: async (id) => (isWithin(id) ? kits.read(id) : undefined),
  };
}

const MAX_KITS_IN_MEMORY = 1_000;

/** The newest kits of a world in memory, which last as long as the world. */
export function memoryKits(call: Call, now: () => number): RecoveryKits {
  const kits = new Map<string, string>();
  return {
    keep: async (plan) => {
      const { id, text } = await renderKit(call, plan, now());
      kits.set(id, text);
      evictOldest(kits, MAX_KITS_IN_MEMORY);
    },
    list: async () => [...kits.keys()],
    read: async (id) => kits.get(id),
  };
}

/** A kit for a plan as text, and a name that says when it was made, and for what. */
export async function renderKit(
  call: Call,
  plan: Plan | TeardownPlan,
  time: number,
): Promise<{ id: string; text: string }> {
  const at = new Date(time);
  const kit = await recoveryKit(call, plan, at);
  const made = at.toISOString().replaceAll(/[:.]/g, '-');
  const id = [made, plan.tool, plan.input['environmentId'], randomBytes(3).toString('hex')].join('-');
  return { id, text: `${JSON.stringify(kit, null, 2)}\n` };
}
