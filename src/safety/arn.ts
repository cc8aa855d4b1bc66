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

/** The id of the environment that a call names, by itself or in the ARN of an entity; undefined if it names none. */
export function environmentIdIn({ environmentId, resourceArn }: Readonly<Record<string, unknown>>): string | undefined {
  const id = environmentId ?? arnParts(resourceArn)?.[0]?.id;
  return id === undefined ? undefined : String(id);
}

/** What the last part of an ARN names, or the part after the environment. */
export const pathParts = (path: string): readonly ArnPart[] =>
  Array.from(path.matchAll(/(environment|kx[A-Z][A-Za-z]+)\/([^/]+)/g), ([, kind, id]) => ({
    kind: String(kind),
    id: String(id),
  }));
