import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/project.ts';

interface Change {
  readonly file: string;
  readonly from: string | RegExp;
  readonly to: string;
}

interface Edit extends Change {
  /** The file in which the compiler finds an error; by default, the edited one. */
  readonly in?: string;
  readonly says: RegExp;
}

/** Edits that omit something or contain a wrong name, with the message of the compiler. */
const EDITS: Readonly<Record<string, Edit>> = {
  'a deletion without an impact': {
    file: 'kinds/kx-scaling-group.ts',
    from: /impact: \(\{ key, target \}\) => \(\{ lost.*\n/,
    to: '',
    says: /Property 'impact' is missing/,
  },
  'a destroying operation of the catalog without rules': {
    file: 'operations/kx-volume.ts',
    from: 'export const DeleteKxVolume',
    to: `export const PurgeKxVolume = operation({
      http: 'DELETE /purged/{volumeName}', kind: 'kx-volume', risk: 'destroy', summary: '', errors: [],
      input: () => z.strictObject({ volumeName: z.string() }), output: () => z.strictObject({}),
    });
    export const DeleteKxVolume`,
    in: 'kinds/kx-volume.ts',
    says: /Property 'PurgeKxVolume' is missing/,
  },
  'an operation of the catalog without a handler': {
    file: 'operations/kx-user.ts',
    from: 'export const DeleteKxUser',
    to: `export const CountKxUsers = operation({
      http: 'GET /counted', kind: 'kx-user', risk: 'read', summary: '', errors: [],
      input: () => z.strictObject({}), output: () => z.strictObject({}),
    });
    export const DeleteKxUser`,
    in: 'local/entities/index.ts',
    says: /CountKxUsers/,
  },
  'an update without rules': {
    file: 'kinds/kx-user.ts',
    from: /UpdateKxUser: \{.*\n/,
    to: '',
    says: /Property 'UpdateKxUser' is missing/,
  },
  'a documented status without a meaning': {
    file: 'kinds/lifecycles.ts',
    from: 'UPDATED: settled,',
    to: '',
    says: /Property 'UPDATED' is missing/,
  },
  'a status that leads to one that the kind does not have': {
    file: 'kinds/lifecycles.ts',
    from: "PENDING: underway('IN_PROGRESS'",
    to: "PENDING: underway('ACTIVE'",
    says: /'"ACTIVE"' is not assignable to type '"COMPLETED"/,
  },
  'a ready status that the kind does not have': {
    file: 'kinds/lifecycles.ts',
    from: "ready: ['COMPLETED']",
    to: "ready: ['RUNNING']",
    says: /'"RUNNING"' is not assignable to type '"COMPLETED"/,
  },
  'a rule about a status that the kind does not have': {
    file: 'kinds/kx-volume.ts',
    from: "['UPDATE_FAILED']",
    to: "['RUNNING', 'UPDATE_FAILED']",
    says: /'"RUNNING"' is not assignable/,
  },
  'an effect after a status that the kind does not have': {
    file: 'local/entities/effects.ts',
    from: "'kx-dataview': { CREATING:",
    to: "'kx-dataview': { PENDING:",
    says: /'PENDING' does not exist/,
  },
  'an effect of another kind': {
    file: 'local/entities/effects.ts',
    from: 'IN_PROGRESS: finishChangeset',
    to: 'IN_PROGRESS: activateVersion',
    says: /Type 'Effect<.*' is not assignable to type 'Effect</,
  },
  'a reference to a kind that does not exist': {
    file: 'kinds/kx-dataview.ts',
    from: "to: 'kx-volume'",
    to: "to: 'kx-disk'",
    says: /'"kx-disk"' is not assignable/,
  },
  'a reference with the key of another kind': {
    file: 'kinds/kx-changeset.ts',
    from: '[{ databaseName }]',
    to: '[{ volumeName: databaseName }]',
    says: /'volumeName' does not exist|Property 'databaseName' is missing/,
  },
  'a reference by a member that the kind does not have': {
    file: 'kinds/kx-cluster-references.ts',
    from: 'scalingGroupConfiguration: shared',
    to: 'scalingGroup: shared',
    says: /Property 'scalingGroup' does not exist/,
  },
  'an entity of the catalog that is no kind': {
    file: 'operations/operation.ts',
    from: "  'kx-user',\n",
    to: "  'kx-user',\n  'kx-index',\n",
    in: 'kinds/index.ts',
    says: /"kx-index"|'kx-index'/,
  },
};

/** A kind whose type exists, but which each table of kinds lacks. */
const NEW_KIND: readonly Change[] = [
  ["  environment: NonNullable<Output<'GetEnvironment'>['environment']>;", "  'kx-table': { readonly status?: 'ON' };"],
  ["  environment: Pick<Input<'GetEnvironment'>, 'environmentId'>;", "  'kx-table': Keys['kx-environment'];"],
].map(([line = '', more]) => ({ file: 'kinds/views.ts', from: line, to: `${line}\n${more}` }));
const TABLES = ['kinds/index.ts', 'kinds/lifecycles.ts', 'kinds/names.ts', 'local/worlds/bodies.ts'];

/** The messages of the compiler about a copy of the sources with some edits: each error with the lines that explain it. */
function errorsAfter(changes: readonly Change[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'finspace-edits-'));
  try {
    for (const name of ['src', 'package.json', 'tsconfig.json'])
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const { file, from, to } of changes) {
      const before = readFileSync(join(folder, 'src', file), 'utf8');
      const after = before.replace(from, () => to);
      if (after === before) throw new Error(`${file} does not contain ${from}`);
      writeFileSync(join(folder, 'src', file), after);
    }
    const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
    return stdout.replaceAll('\\', '/').split(/\n(?=\S)/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const inFile = (errors: readonly string[], file: string) => errors.filter((error) => error.includes(`src/${file}(`));

describe('an edit with an omission or a wrong name', () => {
  let errors: string[] = [];
  beforeAll(() => {
    errors = errorsAfter(Object.values(EDITS));
  }, 300_000);

  it.each(Object.entries(EDITS))('does not compile: %s', (_, { file, in: where = file, says }) => {
    expect(inFile(errors, where).filter((error) => says.test(error))).not.toEqual([]);
  });
});

describe('a new kind', () => {
  let errors: string[] = [];
  beforeAll(() => {
    errors = errorsAfter(NEW_KIND);
  }, 300_000);

  it.each(TABLES)('does not compile until %s defines it', (file) => {
    expect(inFile(errors, file).filter((error) => error.includes('kx-table'))).not.toEqual([]);
  });
});
