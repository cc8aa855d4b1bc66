interface ArnPart {
  readonly kind: string;
  readonly id: string;
}

/**
 * The kinds and ids in an ARN of FinSpace, from the environment inwards; undefined for any other text. The region is not checked:
 * the API's pattern allows slashes there.
 */
export function arnParts(arn: unknown): readonly ArnPart[] | undefined {
  const found = /^arn:aws:finspace:[^:]*:\d+:(.+)$/.exec(String(arn));
  return found === null ? undefined : pathParts(String(found[1]));
}

/** The ids of the environments in the arguments of a call, also inside ARNs: an empty text for an ARN that names none. */
export function environmentIdsIn(input: object): string[] {
  const { environmentId, resourceArn, userArn } = input as Readonly<Record<string, unknown>>;
  const inArns = [resourceArn, userArn].flatMap((arn) => (arn === undefined ? [] : (arnParts(arn)?.[0]?.id ?? '')));
  return environmentId === undefined ? inArns : [String(environmentId), ...inArns];
}

/** The id of the environment that a call names; undefined if it names none. */
export const environmentIdIn = (input: object): string | undefined => environmentIdsIn(input)[0] || undefined;

/** The kinds and ids in the last part of an ARN, or in the part of it after the environment. */
export const pathParts = (path: string): readonly ArnPart[] =>
  Array.from(path.matchAll(/(environment|kx[A-Z][A-Za-z]+)\/([^/]+)/g), ([, kind, id]) => ({
    kind: String(kind),
    id: String(id),
  }));
