import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operationNamed } from '../../src/operations/index.ts';
import type { UpdateRules } from '../../src/operations/operation.ts';
import { compareSettings } from '../../src/safety/compare-settings.ts';
import { changeText } from '../../src/safety/update-text.ts';

const [CODE_UPDATE, DATABASES_UPDATE] = (['UpdateKxClusterCodeConfiguration', 'UpdateKxClusterDatabases'] as const).map(
  (name) => operationNamed(name).update as UpdateRules,
) as [UpdateRules, UpdateRules];

const CODE = { s3Bucket: 'some-code', s3Key: 'app.zip' };

describe('a comparison of settings', () => {
  it('completes a list that gives an entry twice with each entry once', () => {
    const present = { code: CODE, commandLineArguments: [{ key: 's', value: '4' }] };
    const twice = [
      { key: 'g', value: '1' },
      { key: 'g', value: '2' },
    ];
    const { leftOut, complete } = compareSettings(CODE_UPDATE, present, { code: CODE, commandLineArguments: twice });
    expect(leftOut).toEqual([{ setting: 'commandLineArguments.s', before: '4', after: undefined }]);
    expect(complete['commandLineArguments']).toEqual([
      { key: 'g', value: '2' },
      { key: 's', value: '4' },
    ]);
  });

  it('reports a missing value of an entry that has only its key', () => {
    const present = { code: CODE, commandLineArguments: [{ key: 's', value: '4' }] };
    const bare = { code: CODE, commandLineArguments: [{ key: 's' }] };
    const { leftOut, complete, changes } = compareSettings(CODE_UPDATE, present, bare);
    expect(leftOut).toEqual([{ setting: 'commandLineArguments.s', before: '4', after: undefined }]);
    expect(complete).toEqual(present);
    expect(changes).toEqual([]);
  });

  it('restores an entry that has only its key, and members of a missing setting', () => {
    const rules: UpdateRules = {
      settings: (members) => members,
      leftOut: { list: 'removed', outer: 'removed' },
      keys: { list: 'name' },
    };
    const present = { list: [{ name: 'a' }, { name: 'b' }], outer: { inner: { deep: 1 } } };
    const { leftOut, complete } = compareSettings(rules, present, { list: [{ name: 'b' }] });
    expect(leftOut.map(({ setting }) => setting)).toEqual(['list.a', 'outer']);
    expect(complete).toEqual({ list: [{ name: 'b' }, { name: 'a' }], outer: { inner: { deep: 1 } } });
  });

  it('reports no omission if an entry that had only its key gets settings', () => {
    const present = { databases: [{ databaseName: 'trades' }] };
    const given = { databases: [{ databaseName: 'trades', changesetId: 'c1' }] };
    const { leftOut, changes } = compareSettings(DATABASES_UPDATE, present, given);
    expect(leftOut).toEqual([]);
    expect(changes).toEqual([{ setting: 'databases.trades.changesetId', before: undefined, after: 'c1' }]);
  });

  it('keeps a dataview instead of a changeset that contradicts it', () => {
    const present = { databases: [{ databaseName: 'trades', dataviewConfiguration: { dataviewName: 'view' } }] };
    const given = { databases: [{ databaseName: 'trades', changesetId: 'c1' }] };
    const { complete } = compareSettings(DATABASES_UPDATE, present, given);
    expect(complete).toEqual({ databases: [{ databaseName: 'trades', dataviewName: 'view' }] });
  });

  it('quotes the name of a setting that could be mistaken for something else', () => {
    expect(changeText({ setting: 'a\nb', before: 'x', after: undefined })).toBe('"a\\u{a}b": "x" -> removed');
  });
});

it('counts a new entry of a list, even without settings of its own', () => {
  const present = { databases: [{ databaseName: 'trades', changesetId: 'one' }] };
  const given = { databases: [{ databaseName: 'trades' }, { databaseName: 'quotes' }] };
  expect(compareSettings(DATABASES_UPDATE, present, given).changes).toEqual([
    { setting: 'databases.quotes', before: undefined, after: 'added' },
  ]);
  expect(compareSettings(DATABASES_UPDATE, { databases: given.databases }, given).changes).toEqual([]);
});

it('accepts in `remove` exactly the names that it reports as omitted', () => {
  const list = fc.array(fc.record({ key: fc.constantFrom('s', 'g', 'mode'), value: fc.constantFrom('1', '2') }));
  const caches = fc.array(fc.record({ cacheType: fc.constantFrom('A', 'B'), dbPaths: fc.constant(['/']) }));
  const databases = fc.array(
    fc.record({ databaseName: fc.constantFrom('trades', 'quotes'), cacheConfigurations: caches }),
  );
  const names = (settings: readonly { readonly setting: string }[]) => settings.map(({ setting }) => setting);
  const check = (rules: UpdateRules, present: object, input: object) => {
    const omitted = names(compareSettings(rules, { ...present }, { ...input }).leftOut);
    const { leftOut, unknown, removed } = compareSettings(rules, { ...present }, { ...input, remove: omitted });
    expect({ leftOut, unknown, removed: names(removed) }).toEqual({ leftOut: [], unknown: [], removed: omitted });
  };
  fc.assert(
    fc.property(list, list, (before, after) => {
      const of = (commandLineArguments: object) => ({ code: CODE, commandLineArguments });
      check(CODE_UPDATE, of(before), of(after));
    }),
  );
  fc.assert(
    fc.property(databases, databases, (before, after) =>
      check(DATABASES_UPDATE, { databases: before }, { databases: after }),
    ),
  );
});
