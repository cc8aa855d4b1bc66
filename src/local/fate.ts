/** Why the next thing that time brings an entity goes wrong, as replies will say it. */
export interface Fate {
  readonly reason: string;
  /** Of a changeset's `errorInfo`. */
  readonly errorType?: string | undefined;
}
