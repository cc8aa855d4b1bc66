import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { initApprover } from '../../src/safety/approver.ts';
import { canaries, filesUnder, leaksIn } from './support/canaries.ts';
import { ENVIRONMENT, LEAKY_CALLS, type LeakyService, openLeakyService } from './support/leaky-service.ts';
import { type Era, openProduct, type Product } from './support/wire.ts';

const SECRETS = canaries();

describe.each<Era>(['2025-06-18', '2026-07-28'])('secrets of all kinds, in %s', (era) => {
  let upstream: LeakyService;
  let product: Product | undefined;
  beforeAll(async () => {
    upstream = await openLeakyService(SECRETS);
    vi.stubEnv('AWS_ACCESS_KEY_ID', SECRETS.accessKey);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRETS.secretKey);
    vi.stubEnv('AWS_SESSION_TOKEN', SECRETS.sessionToken);
    vi.stubEnv('DATABASE_PASSWORD', SECRETS.otherVariable);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await upstream.close();
  });
  afterEach(() => product?.close());

  it('appear only in the file for a connection string: not in replies, the log, the journal, the ledger or other files', async () => {
    const settings = { backend: 'aws', endpoint: upstream.url, region: 'us-east-1', state: undefined, maxAttempts: 1 };
    product = openProduct(settings);
    await initApprover(product.folder, SECRETS.passphrase);
    const client = await product.connect(era);
    const said: string[] = [];
    for (const [name, given] of LEAKY_CALLS)
      said.push(JSON.stringify(await client.request('tools/call', { name, arguments: given })));
    for (const uri of [`finspace://kx/environments/${ENVIRONMENT}`, 'finspace://kx/environments'])
      said.push(JSON.stringify(await client.request('resources/read', { uri })));
    said.push(JSON.stringify(await client.request('resources/list', {})));
    expect(said.join('\n')).toContain('ValidationException');
    expect(said.join('\n')).toContain('[masked]');
    await client.close();

    const files = filesUnder(product.folder);
    const sink = Object.keys(files).filter((path) => path.includes('/secrets/'));
    expect(sink).toHaveLength(1);
    expect(files[sink[0] as string]).toContain(SECRETS.connectionString);
    delete files[sink[0] as string];
    expect(Object.keys(files).some((path) => path.includes('state.db'))).toBe(true);
    const places = { ...files, 'the wire': said.join('\n'), 'the log': JSON.stringify(product.logged) };
    expect(leaksIn(places, SECRETS)).toEqual([]);
  });

  it('would be detected in other encodings', () => {
    const secret = SECRETS.connectionString;
    for (const hidden of [
      secret,
      Buffer.from(`x${secret}`).toString('base64'),
      Buffer.from(`xy${secret}y`).toString('base64url'),
      Buffer.from(secret).toString('hex'),
      [...secret].reverse().join(''),
    ])
      expect(leaksIn({ text: `before ${hidden} after` }, { secret })).not.toEqual([]);
  });
});
