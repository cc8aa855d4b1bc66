import type { Context } from './context.ts';
import { sha256Hex } from './random.ts';

const VALID_SECONDS = 900;

/**
 * A connection string in FinSpace's format: `:tcps://host:443:user:signed-password`. Nothing listens at that host: a cluster of
 * the local service has no q process.
 */
export function connectionString(clusterArn: string, user: string, { world, now, random }: Context): string {
  const host = hostOf(clusterArn, world.region);
  const key = `ASIA${Buffer.from(random(10)).toString('hex').slice(0, 16).toUpperCase()}`;
  const query = [
    ['Host', host],
    ['Port', '5000'],
    ['User', user],
    ['Action', 'finspace:ConnectKxCluster'],
    ['X-Amz-Security-Token', Buffer.from(random(96)).toString('base64')],
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Date', new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')],
    ['X-Amz-SignedHeaders', 'host'],
    ['X-Amz-Expires', String(VALID_SECONDS)],
    ['X-Amz-Credential', `${key}/${world.region}/finspace-apricot/aws4_request`],
  ]
    .map(([name, value = '']) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  return `:tcps://${host}:443:${user}:${query}&X-Amz-Signature=${sha256Hex(query)}`;
}

/** The name of the VPC endpoint of a cluster, always the same. */
function hostOf(clusterArn: string, region: string): string {
  const digits = sha256Hex(clusterArn);
  return `vpce-${digits.slice(0, 17)}-${digits.slice(17, 25)}.vpce-svc-${digits.slice(25, 42)}.${region}.vpce.amazonaws.com`;
}
