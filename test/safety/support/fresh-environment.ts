import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Embedded, embedded, type Spy, spyOn } from './backend.ts';
import { type Estate, openEstate } from './estate.ts';
import { type Guard, type GuardOptions, openGuard } from './guard.ts';

/** An environment of its own for each test of a file, `town-1`, `town-2` and so on in one world, behind a guard whose calls are watched. */
export function freshEnvironment() {
  let backend: Embedded;
  let estate: Estate;
  let guard: Guard | undefined;
  let spy: Spy;
  let town = 0;
  beforeAll(async () => {
    backend = await embedded();
  });
  afterAll(() => backend.close());
  beforeEach(async () => {
    town += 1;
    estate = await openEstate(backend.call, `town-${town}`);
    await guard?.close();
    guard = await guarded();
  });

  const guarded = async (options: Partial<GuardOptions> = {}) => {
    spy = spyOn(options.call ?? backend.call);
    return openGuard({ clock: backend.clock, ...options, call: spy.call });
  };
  const attemptOf = (tool: string, args: object) => ({
    tool,
    arguments: { environmentId: estate.environmentId, ...args },
  });
  return {
    get backend() {
      return backend;
    },
    get estate() {
      return estate;
    },
    get guard() {
      return guard as Guard;
    },
    get town() {
      return town;
    },
    /** Another guard over the same world; `reached` is about its calls from then on. */
    guarded,
    attemptOf,
    call: (tool: string, args: object) => (guard as Guard).attempt(attemptOf(tool, args)),
    /** The operations that reached the backend. */
    reached: () => spy.reached.map(({ name }) => name),
    tagsOf: async (path: string) =>
      (await backend.call('ListTagsForResource', { resourceArn: `${estate.environmentArn}${path}` })).tags ?? {},
  };
}
