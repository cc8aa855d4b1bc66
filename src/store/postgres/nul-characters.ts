/** A name or token as PostgreSQL can store and find it: its texts have no character 0. */
export const withoutNulCharacters = (text: string): string => text.replaceAll('\0', '\ufffd');
