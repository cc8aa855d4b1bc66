import { describe, expect, it } from 'vitest';
import { DEFINITIONS } from '../../src/kinds/index.ts';
import { KIND_NAMES, NAMES } from '../../src/kinds/names.ts';
import type { KindName } from '../../src/kinds/views.ts';

const needed = (kind: KindName): KindName[] => {
  const { parent } = NAMES[kind];
  const held = (DEFINITIONS[kind].references ?? []).flatMap(({ to, preventsDeletion = true }) =>
    preventsDeletion ? [to] : [],
  );
  return [...(parent === undefined ? [] : [parent]), ...held];
};

describe('the order in which entities are recreated', () => {
  it.each(KIND_NAMES)('puts the dependencies of %s before it', (kind) => {
    const before = KIND_NAMES.slice(0, KIND_NAMES.indexOf(kind));
    for (const other of needed(kind)) expect(before).toContain(other);
  });
});
