/** The wire form of a time: seconds since the epoch, with milliseconds as fractions. */
export const seconds = (milliseconds: number): number => milliseconds / 1000;

/** Creation and modification times, as in most replies. */
export const stamps = ({ created, modified }: { created: number; modified: number }) => ({
  createdTimestamp: seconds(created),
  lastModifiedTimestamp: seconds(modified),
});

/** The same members, with their times as in most replies. */
export const stamped = <B extends Parameters<typeof stamps>[0]>({ created, modified, ...members }: B) => ({
  ...members,
  ...stamps({ created, modified }),
});
