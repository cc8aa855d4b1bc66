import { type Embedded, embedded, spyOn } from './backend.ts';
import { type Estate, openEstate } from './estate.ts';
import { type Guard, type GuardOptions, openGuard } from './guard.ts';

/** Two environments with the same things in them, of which the database `kept` is protected. */
export interface Towns {
  readonly backend: Embedded;
  readonly town: Estate;
  readonly other: Estate;
  /** A guard over the world that keeps what reaches the backend from happening, for the time of `run`. */
  readonly guarded: (
    options: Partial<GuardOptions>,
    run: (guard: Guard, reached: () => string[]) => Promise<void>,
  ) => Promise<void>;
}

export async function openTowns(): Promise<Towns> {
  const backend = await embedded();
  const [town, other] = [await openEstate(backend.call, 'town'), await openEstate(backend.call, 'other')];
  for (const estate of [town, other]) {
    await estate.database('trades');
    await estate.database('kept');
    await estate.user('ann');
    await estate.volume('fast');
    await estate.cluster('gateway');
    await estate.tag('/kxDatabase/kept');
  }
  const guarded: Towns['guarded'] = async (options, run) => {
    const spy = spyOn(backend.call, { forward: false });
    const guard = await openGuard({ call: spy.call, clock: backend.clock, ...options });
    await run(guard, () => spy.reached.map(({ name }) => name));
    await guard.close();
  };
  return { backend, town, other, guarded };
}
