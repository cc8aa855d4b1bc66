import { afterEach, expect, it } from 'vitest';
import { closeAll, modern, product } from '../http/support.ts';

afterEach(closeAll);

const VARIANTS = [
  ['mcp__finspace__get_kx_cluster', 'get_kx_cluster'],
  ['mcp_finspace_get_kx_cluster', 'get_kx_cluster'],
  ['finspace.get_kx_cluster', 'get_kx_cluster'],
  ['finspace:GetKxCluster', 'get_kx_cluster'],
  ['getKxCluster', 'get_kx_cluster'],
  ['GetKxCluster', 'get_kx_cluster'],
  ['get-kx-cluster', 'get_kx_cluster'],
  ['get_kx_clutser', 'get_kx_cluster'],
  ['mcp__finspace__tearDownKxEnvironment', 'tear_down_kx_environment'],
] as const;

it.each(VARIANTS)('an unknown tool %s gets the suggestion %s', async (name, meant) => {
  const { url } = await product();
  const reply = await (await modern(url, 'tools/call', { name, arguments: {} })).text();
  expect(JSON.parse(reply).error).toMatchObject({
    code: -32_602,
    message: `Unknown tool "${name}"; did you mean ${meant}?`,
  });
});

it.each(VARIANTS)('call_write_tool for an unknown tool %s suggests %s', async (tool, meant) => {
  const { url } = await product({ catalog: 'search' });
  const params = { name: 'call_write_tool', arguments: { tool, arguments: {} } };
  const reply = await (await modern(url, 'tools/call', params)).text();
  expect(reply).toContain(`did you mean ${meant}?`);
});

it('a preview of deleteKxVolume suggests delete_kx_volume', async () => {
  const { url } = await product();
  const params = { name: 'plan_change', arguments: { tool: 'deleteKxVolume', arguments: {} } };
  expect(await (await modern(url, 'tools/call', params)).text()).toContain('did you mean delete_kx_volume?');
});

it.each(['x'.repeat(5_000), '__', 'mcp__other__send_mail', ''])('no tool is suggested for %j', async (name) => {
  const { url } = await product();
  const reply = await (await modern(url, 'tools/call', { name, arguments: {} })).text();
  expect(reply).not.toContain('did you mean');
});
