import type { ReadResourceResult, Resource } from '@modelcontextprotocol/server';
import { bytesOf, MAX_DATA, MAX_TEXT, shortened } from '../answer-size.ts';
import { utcSecond } from '../inventory/units.ts';
import { mapConcurrent } from '../map-concurrent.ts';
import { operationNamed } from '../operations/index.ts';
import { operationOf, toolName } from '../operations/naming.ts';
import { offeredTo } from '../safety/policy.ts';
import type { RecoveryKit } from '../safety/recovery-kit.ts';
import { quoteUnlessPlain, safeJson } from '../untrusted.ts';
import { LASTING_CACHE_HINTS } from './cache-hints.ts';
import type { ResourceDependencies } from './dependencies.ts';
import { notFound } from './not-found.ts';

const PREFIX = 'finspace://recovery/';
/** The newest kits are listed; older ones can still be read. */
const MAX_LISTED = 50;

/** Kits show what was deleted, so only callers who may delete can read them. */
const mayReadKits = (deps: ResourceDependencies) => offeredTo(deps)('DeleteKxEnvironment');

/** The recovery kits of this server, newest first. */
export async function listKits(deps: ResourceDependencies): Promise<Resource[]> {
  const ids = mayReadKits(deps) ? await deps.kits.list() : [];
  const listed = ids.slice(-MAX_LISTED).reverse();
  const titles = await titlesOf(deps.kits, listed);
  return listed.map((id) => ({
    uri: `${PREFIX}${id}`,
    name: id,
    title: `Recovery kit: ${titles.get(id)}`,
    description: 'The calls that recreate the configuration of what was deleted. No data.',
    mimeType: 'application/json',
  }));
}

type Kits = ResourceDependencies['kits'];

/** The titles of the kits that were listed last: kits never change. */
const knownTitles = new WeakMap<Kits, ReadonlyMap<string, string>>();

async function titlesOf(kits: Kits, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const known = knownTitles.get(kits);
  const titles = await mapConcurrent(ids, async (id) => known?.get(id) ?? (await titleIn(kits.read(id))) ?? id);
  const titlesById = new Map(ids.map((id, at) => [id, titles[at] as string]));
  knownTitles.set(kits, titlesById);
  return titlesById;
}

/** `cluster hdb-fx, deleted 2026-03-17 09:30:00 UTC`; undefined for a file that is no kit or cannot be read. */
async function titleIn(text: Promise<string | undefined>): Promise<string | undefined> {
  try {
    const { create, deleted } = JSON.parse((await text) ?? '') as RecoveryKit;
    return `${subjectOf(create, deleted)}, deleted ${utcSecond(deleted.at)} UTC`;
  } catch {
    return undefined;
  }
}

/** What a kit recreates: a whole environment, the entities that a teardown named, or one entity. */
function subjectOf(create: RecoveryKit['create'], { tool, arguments: given }: RecoveryKit['deleted']): string {
  const environmentStep = create.find((step) => step.tool === toolName('CreateKxEnvironment'));
  if (environmentStep !== undefined) return `kdb environment ${quoteUnlessPlain(environmentStep.arguments['name'])}`;
  const { only } = given;
  if (Array.isArray(only)) {
    const more = only.length > MAX_NAMED ? ` and ${only.length - MAX_NAMED} more` : '';
    return `${only.slice(0, MAX_NAMED).map(quoteUnlessPlain).join(', ')}${more}`;
  }
  const operation = operationOf(tool);
  const { noun, member } = (operation && operationNamed(operation).target) ?? ENVIRONMENT;
  return `${noun} ${quoteUnlessPlain(given[member])}`;
}

/** The target of a teardown. */
const ENVIRONMENT = { noun: 'kdb environment', member: 'environmentId' };
const MAX_NAMED = 3;

/**
 * A recovery kit; undefined for other URIs. A kit with very many calls has several parts: `next` is the URI of the next one.
 * Throws ResourceNotFoundError for a kit that does not exist or is not offered.
 */
export async function readKit(deps: ResourceDependencies, uri: string): Promise<ReadResourceResult | undefined> {
  if (!uri.startsWith(PREFIX)) return undefined;
  const [id = '', first = '1', ...more] = uri.slice(PREFIX.length).split('/');
  const kit = mayReadKits(deps) ? await deps.kits.read(id) : undefined;
  if (kit === undefined || !/^[1-9]\d{0,5}$/.test(first) || more.length > 0) throw notFound(uri);
  const text = first === '1' && bytesOf(kit) <= MAX_DATA ? kit : partOf(JSON.parse(kit), id, Number(first));
  if (text === undefined) throw notFound(uri);
  return { contents: [{ uri, mimeType: 'application/json', text }], ...LASTING_CACHE_HINTS };
}

/** As many calls of a kit as fit, starting with the one with this number; undefined for a part beyond the end. */
function partOf(
  { create, ...about }: { readonly create: readonly object[] },
  id: string,
  first: number,
): string | undefined {
  if (first > Math.max(create.length, 1)) return undefined;
  let room = MAX_DATA - bytesOf(safeJson(about));
  const shown: object[] = [];
  for (const call of create.slice(first - 1)) {
    room -= bytesOf(safeJson(call));
    if (room < 0 && shown.length > 0) break;
    shown.push(call);
  }
  const next = first + shown.length;
  const calls = `${first} to ${next - 1} of ${create.length}`;
  const part = { ...about, calls, ...(next > create.length ? {} : { next: `${PREFIX}${id}/${next}` }), create: shown };
  return safeJson(shortened(part, MAX_TEXT, safeJson));
}
