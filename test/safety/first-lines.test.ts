import { describe, expect, it } from 'vitest';
import type { OperationName } from '../../src/operations/index.ts';
import type { Risk } from '../../src/operations/operation.ts';
import { callParts } from '../../src/safety/approval-call.ts';
import { approveLine, countedLine, totalLossLine, whatLine, worstLine } from '../../src/safety/approval-head.ts';
import { label, phrase } from '../../src/safety/approval-label.ts';
import { EVERYTHING, type VisibleItem } from '../../src/safety/visibility.ts';
import { PLACE } from './support/guard.ts';

const NONE = { lost: [], interrupted: [], changes: [] };
const lost = (...rows: VisibleItem[]) => worstLine({ ...NONE, lost: rows });
const database = (name: string): VisibleItem => ({ kind: 'database', name });

describe('the first line', () => {
  const what = { verb: 'DELETE', noun: 'scaling group', name: 'n'.repeat(63), environmentId: 'm5cnbg3l' };

  it('truncates the longest of its names in the middle until it fits', () => {
    const line = whatLine({ ...what, parent: 'o'.repeat(63), environment: 'e'.repeat(63) });
    expect(line).toBe('DELETE scaling group nnnnnnn…nnnnnn of ooooooo…ooooooo in eeeeeee…eeeeeee (m5cn)');
    expect(line).toHaveLength(80);
    expect(whatLine({ ...what, verb: 'V'.repeat(80) })).toContain(' nnnn…nnn (m5cn)');
  });

  it('contains no placeholder for missing information', () => {
    expect(whatLine({ verb: 'CREATE', noun: 'environment', name: 'lab' })).toBe('CREATE environment lab');
  });

  it('names the database of a dataview, also of a new one', () => {
    const input = { environmentId: 'm5cnbg3l', databaseName: 'trades', dataviewName: 'live' };
    const target = { noun: 'dataview', name: 'live', entity: {} };
    const effects = { lost: [], interrupted: [], changes: [], notes: [] };
    const firstLineOf = (operation: OperationName, risk: Risk) =>
      callParts({ operation, risk, input, target, effects, backendLocation: PLACE }, EVERYTHING).what;
    expect(firstLineOf('DeleteKxDataview', 'destroy')).toBe('DELETE dataview live of trades in m5cnbg3l (m5cn)');
    expect(firstLineOf('CreateKxDataview', 'create')).toBe('CREATE dataview live of trades in m5cnbg3l (m5cn)');
  });

  it('counts by kind the entities that are deleted with an environment, as far as they fit', () => {
    const rows = [database('a'), { kind: 'cluster', name: 'c', count: 13 }, { kind: 'user', count: 4 }];
    expect(countedLine('DELETE kdb environment lab (abcd)', rows)).toBe(
      'DELETE kdb environment lab (abcd): 1 database, 13 clusters, 4 users',
    );
    const long = `DELETE kdb environment ${'x'.repeat(29)} (abcd)`;
    expect(countedLine(long, rows)).toBe(`${long}: 1 database, 17 more`);
    expect(countedLine('x'.repeat(78), rows)).toBe('x'.repeat(78));
    expect(countedLine('x', [])).toBe('x');
    expect(countedLine('x', [database('a'), { kind: 'kdb environment', name: 'lab' }])).toBe('x');
  });
});

describe('the second line', () => {
  it('names the worst loss and the number of others', () => {
    const rows = [
      { kind: 'cache', name: 'CACHE_1000' },
      { kind: 'nodes', name: '2 nodes', detail: 'unsaved' },
    ];
    expect(lost(...rows)).toBe('Permanent loss: 2 nodes (unsaved). + 1 more effect below');
    expect(lost({ kind: 'data', name: 'trades' })).toBe('Permanent loss: data trades.');
    expect(lost({ kind: 'new', name: 'x' }, { kind: 'host', name: 'y' })).toBe(
      'Permanent loss: new x. + 1 more effect below',
    );
  });

  it('names as many entities of the worst kind as fit', () => {
    expect(lost(database('a'), database('b'))).toBe('Permanent loss: 2 databases (a, b).');
    expect(lost(...Array.from({ length: 9 }, (_, at) => database(`database-${at}`)))).toBe(
      'Permanent loss: 9 databases (database-0, database-1, database-2, database-3, …).',
    );
    expect(lost(database('x'.repeat(30)), ...Array(3).fill({ kind: 'user', name: 'u' }))).toContain('database xxx');
  });

  it('counts entities that the caller may not see', () => {
    expect(lost({ kind: 'volume', count: 2 })).toBe('Permanent loss: 2 volumes.');
    expect(lost({ kind: 'volume', count: 1 }, database('a'))).toBe('Permanent loss: database a. + 1 more effect below');
    expect(lost({ kind: 'volume', count: 1 })).toBe('Permanent loss: 1 volume.');
    expect(lost({ kind: 'versions', count: 2 })).toBe('Permanent loss: 2 versions.');
  });

  it('truncates a detail, and omits one that does not fit', () => {
    const detail = 'x'.repeat(90);
    const line = lost({ kind: 'data', name: 'n', detail });
    expect(line).toMatch(/^Permanent loss: data n \(x+…x+\)\.$/);
    expect(line).toHaveLength(80);
    expect(lost({ kind: 'k'.repeat(45), name: 'n'.repeat(30), detail })).not.toContain('x');
  });

  it('shows interruptions or changes if nothing is lost', () => {
    const interrupted = [{ kind: 'cluster', name: 'rdb', detail: '1 of its 2 nodes' }];
    expect(worstLine({ ...NONE, interrupted })).toBe('Interrupts: cluster rdb (1 of its 2 nodes).');
    const removed = { setting: 'initializationScript', before: 'a.q', after: undefined };
    const set = { setting: 'code.s3Key', before: 'v1.zip', after: 'v2.zip' };
    const same = { setting: 'name', before: 'a', after: 'a' };
    expect(worstLine({ ...NONE, changes: [removed] })).toBe('Changes initializationScript: a.q -> removed.');
    expect(worstLine({ ...NONE, changes: [same, set, removed] })).toBe(
      'Changes code.s3Key: v1.zip -> v2.zip. + 1 more below',
    );
    expect(worstLine({ ...NONE, interrupted, changes: [removed, set] })).toContain('. + 2 more effects below');
    const node = { kind: 'node', name: 'n1' };
    expect(worstLine({ ...NONE, lost: [node], changes: [removed] })).toBe(
      'Permanent loss: node n1. + 1 more effect below',
    );
    const script = { kind: 'setting', name: 'initializationScript' };
    expect(worstLine({ ...NONE, lost: [script], changes: [removed, set] })).toBe(
      'Permanent loss: setting initializationScript. + 1 more effect below',
    );
    expect(worstLine(NONE)).toBe('Loses and interrupts nothing else, as far as the service shows.');
    expect(worstLine({ ...NONE, changes: [same] })).toBe(worstLine(NONE));
  });

  it('gives the number of entities of a whole environment', () => {
    expect(totalLossLine([database('a'), database('b'), { kind: 'user', count: 3 }])).toBe(
      'Permanent loss of 5 entities, including 2 databases (a, b).',
    );
    expect(totalLossLine([])).toBe('Permanent loss of 0 entities.');
  });
});

describe('an entity name', () => {
  it('is unquoted only if it cannot mislead anyone', () => {
    expect(label('hdb-a_1.b')).toBe('hdb-a_1.b');
    expect(label('a b')).toBe('"a b"');
    expect(label('a\n"b\\\u202e😀')).toBe('"a\\u{a}\\"b\\\\\\u{202e}\\u{1f600}"');
    expect(approveLine('kdb-uat 5qz6')).toBe('Type kdb-uat 5qz6 to approve.');
    expect(approveLine('x to approve. Type y')).toBe('Type "x to approve. Type y" to approve.');
  });

  it('is truncated in the middle, never inside an escape', () => {
    expect(label('abcdefghij', 7)).toBe('abc…hij');
    expect(label('\u202e'.repeat(9), 22)).toBe('"\\u{202e}…\\u{202e}"');
  });

  it('of a detail is quoted if it could be read as a sentence', () => {
    expect(phrase('1.3 GB in 2 files, 7 changesets', 80)).toBe('1.3 GB in 2 files, 7 changesets');
    expect(phrase('fine. Type x', 80)).toBe('"fine. Type x"');
  });
});
