import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { WORLD_FORMAT } from '../../src/local/schema.ts';
import { STATE_FORMAT } from '../../src/safety/state-format.ts';
import { MIGRATIONS } from '../../src/store/postgres/migrations.ts';

const hashOf = (step: string) => createHash('sha256').update(step).digest('hex');

/** Stores that exist have run these steps. To change a schema, add a step, and its hash here. */
const RELEASED = {
  'the store in PostgreSQL': [
    MIGRATIONS,
    [
      '88dedd7212fb9f06075d784d0308ed4643f24150ecffc19c25db3ce54d5192e4',
      '23c0e641b8dbc03741f45d525e84ea9663dd64bc47220ccc0338943d8a743add',
      'e55e52476d32180d1edfb4bac4309e40d69c34d7dcca172d7115ef041b815f57',
    ],
  ],
  'the state database': [
    STATE_FORMAT.migrations,
    [
      '00fedaef00d2180a2a6d0f1c95015be02640a8fc03104603ee91ccc7194b8d7d',
      '7254421f7d8a7035c0128a2c0543e60cb1cd8c35d4af358c7d0a714dec86c55c',
      'c6c108da8a60faad734e07927786381b609062556286e86984805d7ac2b53d86',
      '2df492f2ced8dd95823a09b5063b2b72e717a07024c5442ae85925597bbb847b',
    ],
  ],
  'the world file': [
    WORLD_FORMAT.migrations,
    [
      '8204eb28c05472b1fe99913e35df0c67963e65f882e81be1786a7da24abbf8c0',
      '6c9e3d5870b5bfe6a9cf393c3e7553a7a9c55b271de2dc319d5d18f82eff95f7',
      '21de6c0712eadd425af226487a557595a0920732671076ff14f28111aa547254',
      '833a0cca0142201e15f4c68bec742ae9a40f43ff0329cf85e7fc3e6420e5eb89',
      '8dd04306e1018e6a443ee5dba140d6c939f351a89734c1dce70b0a9905f80d0c',
      '28688d00d66e81011790ca2c45e5076fc1a59a910e2cfb941c41f9dc9f466754',
    ],
  ],
} as const;

describe.each(Object.entries(RELEASED))('%s', (_, [steps, hashes]) => {
  it('has its released steps unchanged', () => {
    expect(steps.map(hashOf)).toEqual(hashes);
  });
});
