import type { Input } from '../../operations/index.ts';
import { demand, violation } from '../refusal.ts';
import type { Effect } from './effect.ts';

type Request = Pick<Input<'UpdateKxEnvironmentNetwork'>, 'transitGatewayConfiguration' | 'customDNSConfiguration'>;
type Gateway = NonNullable<Request['transitGatewayConfiguration']>;

/** How an environment is connected to the customer's network. */
export interface Network extends Request {
  tgwStatus: string;
  dnsStatus: string;
}

/** The change of the network that a request asks for: of the gateway or of the DNS servers, with canonical blocks. */
export function networkChange({ transitGatewayConfiguration, customDNSConfiguration }: Request): Request {
  demand(
    (transitGatewayConfiguration === undefined) !== (customDNSConfiguration === undefined),
    'Validation',
    'Exactly one of transitGatewayConfiguration and customDNSConfiguration must be given',
  );
  return transitGatewayConfiguration === undefined
    ? { customDNSConfiguration }
    : { transitGatewayConfiguration: checked(transitGatewayConfiguration) };
}

/** The network as it is requested to become. The gateway and its addresses can be set once, its rules and the DNS servers again. */
export function connect(current: Network, change: Request): Network {
  const { transitGatewayConfiguration: gateway } = change;
  if (gateway === undefined) return { ...current, ...change, dnsStatus: 'UPDATE_REQUESTED' };
  const { transitGatewayConfiguration: old } = current;
  demand(
    old === undefined ||
      current.tgwStatus === 'FAILED_UPDATE' ||
      (old.transitGatewayID === gateway.transitGatewayID && old.routableCIDRSpace === gateway.routableCIDRSpace),
    'AlreadySet',
    'The transit gateway and the routable CIDR space of an environment cannot be changed once they are set',
  );
  return { ...current, ...change, tgwStatus: 'UPDATE_REQUESTED' };
}

type Stepped = Effect<Network & { modified: number }>;

/** UPDATE_REQUESTED becomes UPDATING. */
export const stepNetwork: Stepped = ({ body }, { now }) => ({
  body: { ...moved(body, 'UPDATE_REQUESTED', 'UPDATING'), modified: now },
});

/** UPDATING becomes SUCCESSFULLY_UPDATED. */
export const finishNetwork: Stepped = ({ body }, { now }) => ({
  body: { ...moved(body, 'UPDATING', 'SUCCESSFULLY_UPDATED'), modified: now },
});

/** What was UPDATING has FAILED_UPDATE. */
export const failNetwork = <B extends Network>(body: B): B => moved(body, 'UPDATING', 'FAILED_UPDATE');

function moved<B extends Network>(body: B, from: string, to: string): B {
  const next = (status: string) => (status === from ? to : status);
  return { ...body, tgwStatus: next(body.tgwStatus), dnsStatus: next(body.dnsStatus) };
}

function checked(gateway: Gateway): Gateway {
  demand(
    isRoutable(gateway.routableCIDRSpace),
    'Validation',
    violation('transitGatewayConfiguration.routableCIDRSpace', 'a /26 inside 100.64.0.0/10'),
  );
  const { attachmentNetworkAclConfiguration: rules, ...rest } = gateway;
  if (rules === undefined) return rest;
  const numbers = rules.map(({ ruleNumber }) => ruleNumber);
  demand(new Set(numbers).size === numbers.length, 'Validation', 'Each ruleNumber may be used once');
  demand(
    rules.every(({ portRange }) => portRange === undefined || portRange.from <= portRange.to),
    'Validation',
    'A portRange must not end before it begins',
  );
  const canonical = rules.map((rule) => ({ ...rule, cidrBlock: canonicalBlock(rule.cidrBlock) }));
  return { ...rest, attachmentNetworkAclConfiguration: canonical };
}

function isRoutable(block: string): boolean {
  const [, address = '', size] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d+)$/.exec(block) ?? [];
  const [first, second = 0, , last = 0] = octets(address);
  return (
    size === '26' &&
    octets(address).every((octet) => octet <= 255) &&
    first === 100 &&
    second >= 64 &&
    second <= 127 &&
    last % 64 === 0
  );
}

/** `100.68.0.0/18` for `100.68.0.18/18`: the bits after the prefix are zero. */
function canonicalBlock(block: string): string {
  const [address = '', size = '32'] = block.split('/');
  demand(
    octets(address).every((octet) => octet <= 255),
    'Validation',
    `${block} is not a block of IPv4 addresses`,
  );
  const prefix = Number(size);
  const kept = octets(address).map((octet, index) => {
    const bits = Math.min(8, Math.max(0, prefix - 8 * index));
    return octet & (0xff << (8 - bits)) & 0xff;
  });
  return `${kept.join('.')}/${size}`;
}

const octets = (address: string) => address.split('.').map(Number);
