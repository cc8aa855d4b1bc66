import type { World } from '../context.ts';
import type { Transaction } from '../transaction.ts';
import { buildHistory } from './demo-history.ts';
import { buildLab } from './demo-lab.ts';
import { buildRealtime } from './demo-realtime.ts';
import { buildUat } from './demo-uat.ts';
import { type DemoWorld, prepareDemoWorld } from './demo-world.ts';
import { type Observer, worldScript } from './world-script.ts';

const CHAPTERS: readonly ((demo: DemoWorld) => void)[] = [buildRealtime, buildHistory, buildLab, buildUat];

/** The kdb environments of a trading firm, built by nine weeks of requests. */
export async function buildDemo(tx: Transaction, world: World, now: number, observe?: Observer): Promise<void> {
  await tx.putSettings(world.arn, { quotas: 'raised' });
  const script = worldScript(tx, world, now, observe);
  const demo = prepareDemoWorld(script, world, now);
  for (const chapter of CHAPTERS) chapter(demo);
  await script.play();
}
