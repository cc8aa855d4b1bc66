/**
 * What an ARN of FinSpace names, kind and id in turn, from the environment down; undefined when it is none. Its region is not
 * looked at: the pattern of the API allows slashes there.
 */
export function placesIn(arn: unknown): readonly { readonly kind: string; readonly id: string }[] | undefined {
  const found = /^arn:aws:finspace:[^:]*:\d+:(.+)$/.exec(String(arn));
  if (found === null) return undefined;
  const parts = String(found[1]).matchAll(/(environment|kx[A-Z][A-Za-z]+)\/([^/]+)/g);
  return Array.from(parts, ([, kind, id]) => ({ kind: String(kind), id: String(id) }));
}
