/** The bounds of the strings that begin with a prefix, the second one excluded; for strings that compare by their bytes. */
export function prefixBounds(prefix: string): [from: string, before: string] {
  const last = prefix.length - 1;
  return [prefix, `${prefix.slice(0, last)}${String.fromCharCode(prefix.charCodeAt(last) + 1)}`];
}

/** The bounds of the collections, and of the ARNs, in a world. */
export const worldBounds = (worldArn: string) => prefixBounds(`${worldArn}:`);
