import { octets } from '../cidr-blocks.ts';
import type { Input } from '../index.ts';
import { type Condition, condition, valueCondition } from './condition.ts';

type Request = Input<'UpdateKxEnvironmentNetwork'>;

const rulesOf = ({ transitGatewayConfiguration: gateway }: Request) => gateway?.attachmentNetworkAclConfiguration ?? [];

export const NETWORK_CHANGE: readonly Condition<Request>[] = [
  condition(
    'transitGatewayConfiguration',
    ({ transitGatewayConfiguration, customDNSConfiguration }) =>
      (transitGatewayConfiguration === undefined) !== (customDNSConfiguration === undefined),
    'Exactly one of transitGatewayConfiguration and customDNSConfiguration must be given',
  ),
  valueCondition(
    'transitGatewayConfiguration.routableCIDRSpace',
    ({ transitGatewayConfiguration: gateway }) => gateway === undefined || isRoutable(gateway.routableCIDRSpace),
    'Member must be a /26 inside 100.64.0.0/10',
  ),
  condition(
    'attachmentNetworkAclConfiguration',
    (request) => new Set(rulesOf(request).map(({ ruleNumber }) => ruleNumber)).size === rulesOf(request).length,
    'Each ruleNumber may be used once',
  ),
  condition(
    'attachmentNetworkAclConfiguration',
    (request) => rulesOf(request).every(({ portRange }) => portRange === undefined || portRange.from <= portRange.to),
    'A portRange must not end before it begins',
  ),
  condition(
    'attachmentNetworkAclConfiguration',
    (request) => invalidBlock(request) === undefined,
    (request) => `${invalidBlock(request)} is not a block of IPv4 addresses`,
  ),
];

/** A rule without a block passes: it repeats the reply of an endpoint that omits blocks. */
const invalidBlock = (request: Request) =>
  rulesOf(request).find(({ cidrBlock }) => !isAddress(cidrBlock?.split('/')[0]))?.cidrBlock;

const isAddress = (address = '') => octets(address).every((octet) => octet <= 255);

function isRoutable(block: string): boolean {
  const [, address = '', size] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d+)$/.exec(block) ?? [];
  const [first, second = 0, , last = 0] = octets(address);
  return size === '26' && isAddress(address) && first === 100 && second >= 64 && second <= 127 && last % 64 === 0;
}
