import type { World } from '../context.ts';
import type { Transaction } from '../transaction.ts';
import { type Estate, prepareEstate } from './demo-estate.ts';
import { tellHistory } from './demo-history.ts';
import { tellLab } from './demo-lab.ts';
import { tellRealtime } from './demo-realtime.ts';
import { tellUat } from './demo-uat.ts';
import { type Observer, stage } from './stage.ts';

const CHAPTERS: readonly ((estate: Estate) => void)[] = [tellRealtime, tellHistory, tellLab, tellUat];

/** The kdb estate of a trading firm, built by nine weeks of requests. */
export async function buildDemo(tx: Transaction, world: World, now: number, observe?: Observer): Promise<void> {
  await tx.putSettings(world.arn, { quotas: 'raised' });
  const script = stage(tx, world, now, observe);
  const estate = prepareEstate(script, world, now);
  for (const chapter of CHAPTERS) chapter(estate);
  await script.play();
}
