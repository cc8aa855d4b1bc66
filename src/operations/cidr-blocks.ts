interface WithRules {
  readonly attachmentNetworkAclConfiguration?: readonly { readonly cidrBlock?: string | undefined }[] | undefined;
}

/** A gateway as the service stores it: with canonical CIDR blocks. */
export function withCanonicalBlocks<Gateway extends WithRules>(gateway: Gateway): Gateway {
  const { attachmentNetworkAclConfiguration: rules } = gateway;
  if (rules === undefined) return gateway;
  const blocks = rules.map((rule) => ({ ...rule, cidrBlock: rule.cidrBlock && canonicalBlock(rule.cidrBlock) }));
  return { ...gateway, attachmentNetworkAclConfiguration: blocks };
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

/** The four numbers of an IPv4 address. */
export const octets = (address: string): number[] => address.split('.').map(Number);
