/** A value as PostgreSQL can store and find it: its texts have no character 0. */
export const withoutNulCharacters = (value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value;
