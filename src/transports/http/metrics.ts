import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Gauges } from '../../gauge.ts';
import type { Observe } from './exchange.ts';

/** Counts of one process in the text format of Prometheus. */
export interface Metrics {
  readonly observe: Observe;
  /** A call of an operation on the backend. */
  operation(name: string, outcome: string, ms: number): void;
  text(): string;
  close(): void;
}

const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const PREFIX = 'finspace_mcp_';

/** Metrics of calls and of this process, with more gauges. */
export function metrics(gauges: Gauges): Metrics {
  const requests = counter('http_requests_total', 'HTTP requests; status 499 if the connection was lost first');
  const refusals = counter('http_refusals_total', 'HTTP requests refused before the protocol, by reason');
  const operations = counter('operations_total', 'Calls of operations on the backend, by outcome');
  const times = histogram('request_seconds', 'Time from the request to the end of its answer');
  const backendTimes = histogram('operation_seconds', 'Time of a call on the backend, retries included');
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const allGauges: Gauges = {
    ...gauges,
    resident_memory_bytes: { help: 'Resident memory of the process', read: () => process.memoryUsage.rss() },
    event_loop_delay_p99_seconds: {
      help: '99th percentile of the delay of the event loop since the start',
      read: () => delay.percentile(99) / 1e9,
    },
  };
  return {
    observe: ({ method, path, rpc = '', tool = '', refused }, status, ms) => {
      requests.add(`method="${method}",path="${path}",rpc="${rpc}",tool="${tool}",status="${status}"`);
      if (refused !== undefined) refusals.add(`reason="${refused}"`);
      else if (rpc !== '') times.observe(`rpc="${rpc}"`, ms / 1_000);
    },
    operation: (operation, outcome, ms) => {
      operations.add(`operation="${operation}",outcome="${outcome}"`);
      backendTimes.observe(`operation="${operation}"`, ms / 1_000);
    },
    text: () =>
      [
        ...[requests, refusals, operations, times, backendTimes].flatMap((each) => each.lines()),
        ...Object.entries(allGauges).flatMap(([name, { help, read }]) => [
          ...heading(name, 'gauge', help),
          `${PREFIX}${name} ${read()}`,
        ]),
        '',
      ].join('\n'),
    close: () => void delay.disable(),
  };
}

function counter(name: string, help: string) {
  const counts = new Map<string, number>();
  return {
    add: (key: string) => void counts.set(key, (counts.get(key) ?? 0) + 1),
    lines: () => [
      ...heading(name, 'counter', help),
      ...[...counts].map(([key, count]) => `${PREFIX}${name}{${key}} ${count}`),
    ],
  };
}

function histogram(name: string, help: string) {
  const rows = new Map<string, { counts: number[]; sum: number }>();
  return {
    observe: (key: string, seconds: number) => {
      let row = rows.get(key);
      if (row === undefined) {
        row = { counts: new Array<number>(BUCKETS_S.length + 1).fill(0), sum: 0 };
        rows.set(key, row);
      }
      const found = BUCKETS_S.findIndex((bound) => seconds <= bound);
      const bucket = found === -1 ? BUCKETS_S.length : found;
      row.counts[bucket] = (row.counts[bucket] ?? 0) + 1;
      row.sum += seconds;
    },
    lines: () => [
      ...heading(name, 'histogram', help),
      ...[...rows].flatMap(([key, { counts, sum }]) => {
        let count = 0;
        const buckets = counts.map((inBucket, index) => {
          count += inBucket;
          return `${PREFIX}${name}_bucket{${key},le="${BUCKETS_S[index] ?? '+Inf'}"} ${count}`;
        });
        return [...buckets, `${PREFIX}${name}_sum{${key}} ${sum}`, `${PREFIX}${name}_count{${key}} ${count}`];
      }),
    ],
  };
}

const heading = (name: string, type: string, help: string) => [
  `# HELP ${PREFIX}${name} ${help}`,
  `# TYPE ${PREFIX}${name} ${type}`,
];
