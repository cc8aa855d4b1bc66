import type { World } from '../context.ts';
import type { Transaction } from '../transaction.ts';

export function buildDemo(tx: Transaction, world: World, _now: number): void {
  tx.putSettings(world.arn, { quotas: 'raised' });
}
