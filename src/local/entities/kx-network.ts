import { octets } from '../../operations/conditions/network.ts';
import type { Input } from '../../operations/index.ts';
import type { Bodies } from '../worlds/bodies.ts';
import type { Effect } from './effect.ts';

type Request = Pick<Input<'UpdateKxEnvironmentNetwork'>, 'transitGatewayConfiguration' | 'customDNSConfiguration'>;
type Gateway = NonNullable<Request['transitGatewayConfiguration']>;

/** The connection of an environment to the customer's network. */
type Network = Request & Pick<Bodies['kx-environment'], 'tgwStatus' | 'dnsStatus'>;
type NetworkStatus = Network['tgwStatus'];

/** The network change in a request: of the gateway or of the DNS servers, with canonical CIDR blocks. */
export function networkChange({ transitGatewayConfiguration, customDNSConfiguration }: Request): Request {
  return transitGatewayConfiguration === undefined
    ? { customDNSConfiguration }
    : { transitGatewayConfiguration: canonical(transitGatewayConfiguration) };
}

/** The requested network. */
export function connect(current: Network, change: Request): Network {
  const { transitGatewayConfiguration: gateway } = change;
  if (gateway === undefined) return { ...current, ...change, dnsStatus: 'UPDATE_REQUESTED' };
  return { ...current, ...change, tgwStatus: 'UPDATE_REQUESTED' };
}

type Stepped = Effect<Bodies['kx-environment']>;

/** UPDATE_REQUESTED becomes UPDATING. */
export const stepNetwork: Stepped = ({ body }, { now }) => ({
  body: { ...moved(body, 'UPDATE_REQUESTED', 'UPDATING'), modified: now },
});

/** UPDATING becomes SUCCESSFULLY_UPDATED. */
export const finishNetwork: Stepped = ({ body }, { now }) => ({
  body: { ...moved(body, 'UPDATING', 'SUCCESSFULLY_UPDATED'), modified: now },
});

/** UPDATING becomes FAILED_UPDATE. */
export const failNetwork = <B extends Network>(body: B): B => moved(body, 'UPDATING', 'FAILED_UPDATE');

function moved<B extends Network>(body: B, from: NetworkStatus, to: NetworkStatus): B {
  const next = (status: NetworkStatus) => (status === from ? to : status);
  return { ...body, tgwStatus: next(body.tgwStatus), dnsStatus: next(body.dnsStatus) };
}

function canonical({ attachmentNetworkAclConfiguration: rules, ...rest }: Gateway): Gateway {
  if (rules === undefined) return rest;
  const blocks = rules.map((rule) => ({ ...rule, cidrBlock: canonicalBlock(rule.cidrBlock) }));
  return { ...rest, attachmentNetworkAclConfiguration: blocks };
}

/** `100.68.0.0/18` for `100.68.0.18/18`: the bits after the prefix are zero. */
function canonicalBlock(block: string): string {
  const [address = '', size = '32'] = block.split('/');
  const prefix = Number(size);
  const kept = octets(address).map((octet, index) => {
    const bits = Math.min(8, Math.max(0, prefix - 8 * index));
    return octet & (0xff << (8 - bits)) & 0xff;
  });
  return `${kept.join('.')}/${size}`;
}
