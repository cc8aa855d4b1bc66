import { withCanonicalBlocks } from '../../operations/cidr-blocks.ts';
import type { Input } from '../../operations/index.ts';
import type { Bodies } from '../worlds/bodies.ts';
import type { Effect } from './effect.ts';

type Request = Pick<Input<'UpdateKxEnvironmentNetwork'>, 'transitGatewayConfiguration' | 'customDNSConfiguration'>;

/** The connection of an environment to the customer's network. */
type Network = Request & Pick<Bodies['kx-environment'], 'tgwStatus' | 'dnsStatus'>;
type NetworkStatus = Network['tgwStatus'];

/** The network change in a request: of the gateway or of the DNS servers, with canonical CIDR blocks. */
export function networkChange({ transitGatewayConfiguration, customDNSConfiguration }: Request): Request {
  return transitGatewayConfiguration === undefined
    ? { customDNSConfiguration }
    : { transitGatewayConfiguration: withCanonicalBlocks(transitGatewayConfiguration) };
}

/** The network of an environment as a request changes it. */
export function requestedNetwork(current: Network, change: Request): Network {
  const { transitGatewayConfiguration: gateway } = change;
  if (gateway === undefined) return { ...current, ...change, dnsStatus: 'UPDATE_REQUESTED' };
  return { ...current, ...change, tgwStatus: 'UPDATE_REQUESTED' };
}

type NetworkEffect = Effect<Bodies['kx-environment']>;

export const beginNetworkUpdate: NetworkEffect = ({ body }, { now }) => ({
  body: { ...withStatusReplaced(body, 'UPDATE_REQUESTED', 'UPDATING'), modified: now },
});

export const finishNetwork: NetworkEffect = ({ body }, { now }) => ({
  body: { ...withStatusReplaced(body, 'UPDATING', 'SUCCESSFULLY_UPDATED'), modified: now },
});

export const failNetwork = <B extends Network>(body: B): B => withStatusReplaced(body, 'UPDATING', 'FAILED_UPDATE');

function withStatusReplaced<B extends Network>(body: B, from: NetworkStatus, to: NetworkStatus): B {
  const replaced = (status: NetworkStatus) => (status === from ? to : status);
  return { ...body, tgwStatus: replaced(body.tgwStatus), dnsStatus: replaced(body.dnsStatus) };
}
