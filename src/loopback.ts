import { isIP } from 'node:net';

/** Whether only programs on this machine can reach a host: a name or an address, IPv6 with or without brackets. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
