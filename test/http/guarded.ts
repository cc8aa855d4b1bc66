import { issuer, type TestIssuer } from './issuer.ts';
import { modern, product, type Running } from './support.ts';

export const ALL_SCOPES = 'finspace:read finspace:write finspace:destroy finspace:secrets finspace:approve';

/** A server that requires the tokens of an issuer. */
export async function guarded(
  settings: Parameters<typeof product>[0] = {},
): Promise<{ server: Running; as: TestIssuer }> {
  let server: Running | undefined;
  const as = await issuer(() => (server as Running).url);
  server = await product({ authIssuer: as.url, ...settings });
  return { server, as };
}
export const call = (url: string, name: string, args: object, headers: object) =>
  modern(url, 'tools/call', { name, arguments: args }, headers);
export const reading = (url: string, headers: object) => call(url, 'list_kx_environments', {}, headers);
