import { ownCommand } from '../../own-command.ts';
import { StoreError } from '../../sqlite/store-error.ts';
import type { Agreement } from '../store.ts';
import { callFunction, type Database } from './database.ts';

interface Pin {
  readonly value: string;
  readonly replica: string;
}

/** Pins what replicas must have in common, or compares it with what another replica pinned. Rejects with `StoreError`. */
export async function joinStore(
  db: Database,
  replica: string,
  { values, sealKeys, approver }: Agreement,
): Promise<void> {
  const pinUnlessPinned = async (name: string, value: string): Promise<Pin> => {
    const [pin] = await db.run<Pin>('SELECT value, replica FROM finspace_mcp.pin($1, $2, $3)', [name, value, replica]);
    return pin as Pin;
  };
  const repin = (name: string, from: string, to: string) => callFunction(db, 'repin', [name, from, to, replica]);
  for (const [name, value] of Object.entries(values)) {
    const pin = await pinUnlessPinned(name, value);
    if (pin.value !== value) throw cannotJoin(`${name} differs from that of`, pin);
  }
  if (sealKeys.length > 0) {
    const keys = sealKeys.join(',');
    const pin = await pinUnlessPinned('sealKeys', keys);
    if (!pin.value.split(',').some((key) => sealKeys.includes(key)))
      throw cannotJoin('no key of --seal-keys matches those of', pin);
    await repin('sealKeys', pin.value, keys);
  }
  const pin = await pinUnlessPinned('approver', approver);
  if (pin.value !== '' && pin.value !== approver)
    throw cannotJoin(
      `the approver key (${approver === '' ? 'none here' : `${approver} here`}, ${pin.value} there) differs from that of`,
      pin,
    );
  await repin('approver', pin.value, approver);
}

const cannotJoin = (what: string, { replica }: Pin) =>
  new StoreError(
    `This server cannot join the store: ${what} the replica ${replica}. If this is on purpose, stop all replicas and run ${ownCommand()} store unpin.`,
  );
