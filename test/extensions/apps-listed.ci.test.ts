import { describe, expect, it } from 'vitest';
import { APPS, clientWith, ERAS } from './host.ts';

const PLAN = 'ui://finspace-mcp/plan.html';
const TOPOLOGY = 'ui://finspace-mcp/topology.html';

describe.each(ERAS)('pages for MCP Apps hosts, in $era', ({ mode }) => {
  it('are linked only for clients that show pages; the list of tools is otherwise unchanged', async () => {
    const [showing, other] = [await clientWith(APPS, mode), await clientWith({}, mode)];
    const { tools: linked } = await showing.listTools();
    const { tools } = await other.listTools();
    expect(tools.filter(({ _meta }) => _meta !== undefined)).toEqual([]);
    expect(linked.map(({ _meta: _, ...tool }) => tool)).toEqual(tools);
    const pages = new Map(linked.flatMap(({ name, _meta }) => (_meta === undefined ? [] : [[name, _meta] as const])));
    const link = (uri: string) => ({ ui: { resourceUri: uri }, 'ui/resourceUri': uri });
    expect(pages.get('describe_kx_environment')).toEqual(link(TOPOLOGY));
    for (const name of ['plan_change', 'tear_down_kx_environment', 'delete_kx_volume', 'update_kx_environment_network'])
      expect(pages.get(name)).toEqual(link(PLAN));
    expect(pages.has('create_kx_cluster')).toBe(false);
    const deletes = tools.filter(({ name }) => name.startsWith('delete_'));
    expect(pages.size).toBe(deletes.length + 4);
  });

  it('are small, self-contained, and request no permissions', async () => {
    const client = await clientWith(APPS, mode);
    for (const uri of [TOPOLOGY, PLAN]) {
      const { contents } = await client.readResource({ uri });
      const [page] = contents as unknown as [{ mimeType: string; text: string; _meta: object }];
      expect(page).toMatchObject({ uri, mimeType: 'text/html;profile=mcp-app', _meta: { ui: { csp: {} } } });
      expect(page.text.length).toBeLessThan(5_000);
      expect(page.text.replace('http://www.w3.org', '')).not.toMatch(/(?:src|href)=|fetch\(|import\(|<form|<input/);
    }
    await expect(client.readResource({ uri: 'ui://finspace-mcp/approve.html' })).rejects.toThrow(/not found/);
  });
});
