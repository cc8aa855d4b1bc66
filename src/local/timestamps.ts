/** The wire's form of a time: seconds since the epoch, with the milliseconds as fractions. */
export const seconds = (milliseconds: number): number => milliseconds / 1000;

/** When a thing was made and last changed, as most replies carry it. */
export const stamps = ({ created, modified }: { created: number; modified: number }) => ({
  createdTimestamp: seconds(created),
  lastModifiedTimestamp: seconds(modified),
});
