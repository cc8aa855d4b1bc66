/** A metric that shows a current value, read on request. */
export interface Gauge {
  /** What the value is, in one line. */
  readonly help: string;
  readonly read: () => number;
}

export type Gauges = Readonly<Record<string, Gauge>>;
