/** Something that an ARN names. */
interface ArnPlace {
  readonly kind: string;
  readonly id: string;
}

/**
 * What an ARN of FinSpace names, kind and id in turn, from the environment down; undefined when it is none. Its region is not
 * looked at: the pattern of the API allows slashes there.
 */
export function placesIn(arn: unknown): readonly ArnPlace[] | undefined {
  const found = /^arn:aws:finspace:[^:]*:\d+:(.+)$/.exec(String(arn));
  return found === null ? undefined : placesOn(String(found[1]));
}

/** The same of the last part of an ARN, or of what follows the environment in it. */
export const placesOn = (path: string): readonly ArnPlace[] =>
  Array.from(path.matchAll(/(environment|kx[A-Z][A-Za-z]+)\/([^/]+)/g), ([, kind, id]) => ({
    kind: String(kind),
    id: String(id),
  }));
