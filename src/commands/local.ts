import type { Config } from '../config.ts';
import { credentialFrom } from '../local/credentials.ts';
import { startLocal } from '../local/index.ts';
import { listen } from '../local/listen.ts';
import { approverRules } from './approver-rules.ts';
import { mishapsTo } from './backend.ts';
import { stderrLog } from './log.ts';

const STANDARD_PORT = 4566;

/** `finspace-mcp local`: the FinSpace-compatible service on a loopback port, for any AWS SDK, the AWS CLI or Terraform. */
export async function local(config: Config): Promise<void> {
  const log = stderrLog(config);
  const { state, world, lifecycle, port = STANDARD_PORT, faults } = config;
  const region = config.region ?? 'us-east-1';
  const credentials = config.credentials?.flatMap((text) => credentialFrom(text) ?? []);
  const service = await startLocal({
    state,
    world,
    lifecycle,
    region,
    faults,
    credentials,
    approver: await approverRules(config).fingerprint(),
    onError: mishapsTo(log),
  });
  const control = config.control ? service.clock : undefined;
  const listener = await listen(service.service, { port, control });
  const url = `http://127.0.0.1:${listener.port}`;
  const [whose, key, secret] = credentials === undefined ? ['Any', 'any', 'any'] : ['The configured', 'KEY', 'SECRET'];
  process.stderr.write(
    `FinSpace-compatible service on ${url} (world in ${state}). ${whose} credentials do; for example:\n` +
      `  AWS_ACCESS_KEY_ID=${key} AWS_SECRET_ACCESS_KEY=${secret} aws finspace list-kx-environments --region ${region} --endpoint-url ${url}\n` +
      `  curl --aws-sigv4 aws:amz:${region}:finspace --user ${key}:${secret} ${url}/kx/environments\n`,
  );
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  log.info({}, 'stopping');
  await listener.close();
  await service.close();
  await log.flushed();
}
