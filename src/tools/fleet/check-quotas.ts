import * as z from 'zod';
import type { QuotaUse } from '../../inventory/graph-types.ts';
import { QUOTA_USE_OPTIONS } from '../../inventory/quota-use.ts';
import { PUBLISHED_QUOTAS, type Quotas } from '../../operations/quotas.ts';
import { EnvironmentsArgument, environmentsOf, type FleetReader } from './fleet-reader.ts';
import { answer, pageArguments, type Row } from './page.ts';
import { notReadIn } from './read-gaps.ts';
import { fleetTool } from './tool.ts';

export const checkQuotas = fleetTool({
  name: 'check_kx_quotas',
  title: 'Check kdb quotas',
  description:
    'Show how close kdb environments and the account are to their quotas: used, limit and headroom, fullest ' +
    'first. Covers clusters, nodes and hosts (by type), volumes, storage, users, databases, dataviews and ' +
    'changesets in progress. On the local backend, plan_change checks a create against them.',
  keywords: 'limits capacity headroom how many more left',
  input: () =>
    z.strictObject({ environment: EnvironmentsArgument().optional(), ...pageArguments('unused quotas, too') }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment', 'ListKxClusters', 'GetKxCluster'],
  run: async (reader, input) => {
    const { environment, view } = input;
    const backendQuotas = await reader.quotas();
    const quotas = backendQuotas ?? PUBLISHED_QUOTAS;
    // Before the environments, because afterwards there may be no time left.
    const accountUse = await accountQuotaUse(reader, quotas, backendQuotas !== undefined);
    const { graphs, gaps } = await reader.graphs(environment, { ...QUOTA_USE_OPTIONS, quotas });
    const isSeveral = graphs.length > 1;
    const all = graphs.flatMap((graph) => (graph.quotaUse ?? []).map((use) => ({ graph, use })));
    const shown = isSeveral && view !== 'full' ? all.filter(({ use }) => use.used > 0) : all;
    const rows = shown
      .toSorted((a, b) => share(b.use) - share(a.use))
      .map(({ graph, use }) => ({
        ...(isSeveral ? { environment: graph.name } : {}),
        ...rowOf(use, backendQuotas !== undefined),
      }));
    const head = {
      limits: limitsOf(backendQuotas),
      account: accountUse,
      ...(shown.length === all.length ? {} : { notShown: `${all.length - shown.length} unused quotas` }),
      ...environmentsOf(graphs),
      ...notReadIn(gaps),
    };
    return answer(head, [{ name: 'quotas', rows }], { input, environmentsLeft: reader.environmentsLeft() });
  },
});

function limitsOf(quotas: Quotas | undefined): string {
  if (quotas === undefined)
    return 'published defaults: the API shows no limits, and AWS may have raised them for this account';
  return Number.isFinite(quotas.clusters)
    ? 'those that this backend enforces'
    : 'none: this backend enforces no quotas';
}

/** Share of a quota that is used, from 0; unused quotas of zero come last. */
function share({ used, limit }: QuotaUse): number {
  if (used > 0) return used / limit;
  return limit === 0 ? -1 : 0;
}

/** A use above an assumed limit shows that the real limit is higher. */
function rowOf({ limit, ...use }: QuotaUse, isLimitKnown: boolean): Row {
  if (limit === Infinity) return use;
  if (!isLimitKnown && use.used > limit) return { ...use, publishedDefault: limit };
  return { ...use, limit, headroom: Math.max(0, limit - use.used) };
}

/** The use of the account's quota of environments, which is known only if all of them are visible. */
async function accountQuotaUse(
  { existing, seesAll }: FleetReader,
  { environments: limit }: Quotas,
  isLimitKnown: boolean,
) {
  if (!seesAll) return 'not counted: this server shows only some of its environments';
  const used = (await existing()).length;
  return rowOf({ quota: 'kdb environments', used, limit }, isLimitKnown);
}
