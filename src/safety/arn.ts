/** Something that an ARN names. */
interface ArnPart {
  readonly kind: string;
  readonly id: string;
}

/**
 * The resource in an ARN of FinSpace, kind and id in turn, from the environment down; undefined for any other text. The region is
 * not checked: the API's pattern allows slashes there.
 */
export function arnParts(arn: unknown): readonly ArnPart[] | undefined {
  const found = /^arn:aws:finspace:[^:]*:\d+:(.+)$/.exec(String(arn));
  return found === null ? undefined : pathParts(String(found[1]));
}

/** The same for the last part of an ARN, or for the part after the environment. */
export const pathParts = (path: string): readonly ArnPart[] =>
  Array.from(path.matchAll(/(environment|kx[A-Z][A-Za-z]+)\/([^/]+)/g), ([, kind, id]) => ({
    kind: String(kind),
    id: String(id),
  }));
