/** The wire form of a time: seconds since the epoch, with milliseconds as fractions. */
export const seconds = (milliseconds: number): number => milliseconds / 1000;

/** The members of a body, with its times as most replies show them. */
export const withTimestamps = <B extends { created: number; modified: number }>({
  created,
  modified,
  ...members
}: B) => ({
  ...members,
  createdTimestamp: seconds(created),
  lastModifiedTimestamp: seconds(modified),
});
