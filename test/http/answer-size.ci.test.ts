import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_TEXT } from '../../src/answer-size.ts';
import type { Session } from '../support/hosts.ts';
import { createEnvironment } from '../support/session-calls.ts';
import { closeAll, HTTP_HOSTS, product } from './support.ts';

const COUNT = 100;
const named = (prefix: string) => Array.from({ length: COUNT }, (_, at) => `${prefix}-${String(at).padStart(3, '0')}`);
const PATHS = Array.from({ length: 30 }, (_, at) => `/2026.03.${at + 1}/trades-of-the-equities-desk-${at}/`);

describe('answers about many large entities', { timeout: 60_000 }, () => {
  let session: Session;
  let environmentId: string;
  beforeAll(async () => {
    const { url } = await product();
    session = await (HTTP_HOSTS[0] as (typeof HTTP_HOSTS)[number]).connect(url);
    ({ environmentId } = await createEnvironment(session));
    const of = { environmentId, databaseName: 'trades' };
    await session.callTool({ name: 'create_kx_database', arguments: of });
    await session.callTool({
      name: 'create_kx_changeset',
      arguments: { ...of, changeRequests: [{ changeType: 'PUT', s3Path: 's3://market-data/trades/', dbPath: '/' }] },
    });
    const volume = {
      ...{
        environmentId,
        volumeName: 'fast',
        volumeType: 'NAS_1',
        azMode: 'SINGLE',
        availabilityZoneIds: ['use1-az1'],
      },
      nas1Configuration: { type: 'SSD_250', size: 1_200 },
    };
    await session.callTool({ name: 'create_kx_volume', arguments: volume });
    const view = { ...of, azMode: 'SINGLE', availabilityZoneId: 'use1-az1', autoUpdate: true };
    for (const dataviewName of named('view')) {
      const segmentConfigurations = [{ volumeName: 'fast', dbPaths: PATHS, onDemand: false }];
      const made = await session.callTool({
        name: 'create_kx_dataview',
        arguments: { ...view, dataviewName, segmentConfigurations },
      });
      expect(made.isError, made.content[0]?.text).not.toBe(true);
    }
  }, 60_000);
  afterAll(closeAll);

  const walked = async (tool: string, args: Record<string, unknown>, list: string, member: string) => {
    const seen: unknown[] = [];
    let pages = 0;
    for (let nextToken: unknown; pages === 0 || nextToken !== undefined; pages += 1) {
      const { content, structuredContent = {} } = await session.callTool({
        name: tool,
        arguments: { ...args, ...(nextToken === undefined ? {} : { nextToken }) },
      });
      const size = content.reduce((sum, { text = '' }) => sum + Buffer.byteLength(text), 0);
      expect(size).toBeLessThanOrEqual(MAX_TEXT);
      seen.push(...(structuredContent[list] as Record<string, unknown>[]).map((item) => item[member]));
      nextToken = structuredContent['nextToken'];
    }
    return { seen, pages };
  };

  it('are pages of at most 60 kB: 100 dataviews with 30 paths each', async () => {
    const args = { environmentId, databaseName: 'trades' };
    const { seen, pages } = await walked('list_kx_dataviews', args, 'kxDataviews', 'dataviewName');
    expect(seen.toSorted()).toEqual(named('view'));
    expect(pages).toBeGreaterThan(1);
  });

  it('say in a resource how to read the rest', async () => {
    const uri = `finspace://kx/environments/${environmentId}/databases/trades/dataviews`;
    const { contents } = await session.readResource({ uri });
    const { count, complete, next } = JSON.parse(contents[0]?.text ?? '');
    expect([complete, next.tool]).toEqual([false, 'list_kx_dataviews']);
    const { seen } = await walked(next.tool, next.arguments, 'kxDataviews', 'dataviewName');
    expect(seen).toHaveLength(COUNT - count);
  });
});
