/** The wire form of a time: seconds since the epoch, with milliseconds as fractions. */
export const seconds = (milliseconds: number): number => milliseconds / 1000;

/** The same members, with their times as in most replies. */
export const stamped = <B extends { created: number; modified: number }>({ created, modified, ...members }: B) => ({
  ...members,
  createdTimestamp: seconds(created),
  lastModifiedTimestamp: seconds(modified),
});
