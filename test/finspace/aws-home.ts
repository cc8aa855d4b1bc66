import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import type { ClientOptions } from '../../src/finspace/client.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import type { FinspaceError } from '../../src/operations/failure.ts';

/** The home of a user of the AWS CLI, for one test at a time, isolated from the rest of this machine. */
export function awsHome() {
  let home = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'aws-home-'));
    for (const name of Object.keys(process.env)) if (/^AWS_|_proxy$/i.test(name)) vi.stubEnv(name, undefined);
    vi.stubEnv('HOME', home);
    vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'));
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  });
  const path = (name: string) => join(home, name);
  return { path, save: (name: string, text: string) => writeFileSync(path(name), text) };
}

export function caller(options: Partial<ClientOptions> = {}) {
  const limits = { ...DEFAULT_LIMITS, connectMs: 500 };
  return finspaceCall({ region: 'eu-west-1', limits, maxAttempts: 2, backoff: () => 1, ...options });
}

export const failureOf = (result: Promise<unknown>) =>
  result.then(
    () => Promise.reject(new Error('the call went through')),
    (error: FinspaceError) => error.fields,
  );

/** The lines of a profile with an access key. */
export const keys = (key: string, more = '') =>
  `aws_access_key_id = ${key}\naws_secret_access_key = secret-of-${key}\n${more}`;
