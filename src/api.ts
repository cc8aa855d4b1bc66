/// <reference lib="esnext.disposable" preserve="true" />

/**
 * How to start the local service. By default, it serves the demo world from memory on a free port, and entities change without
 * delay.
 */
export interface LocalServiceOptions {
  /** What a new world holds: `demo`, `empty`, or the path of a world file (`*.json`). */
  readonly world?: string | undefined;
  /** How long status changes take: as long as on AWS, a sixtieth of that, or (the default) no time. */
  readonly lifecycle?: 'realistic' | 'fast' | 'instant' | undefined;
  /** Quotas of a new world; by default `raised` (no limits) for `demo`, `published` for `empty`, or those in the world file. */
  readonly quotas?: 'published' | 'raised' | undefined;
  /** The AWS region of the service; `us-east-1` by default. */
  readonly region?: string | undefined;
  /** File of the world; `:memory:` by default. */
  readonly state?: string | undefined;
  /** Port on 127.0.0.1; 0 (the default) selects a free one. `false` opens none: pass `requestHandler` to the client. */
  readonly port?: number | false | undefined;
  /** JSON file of faults to inject. */
  readonly faults?: string | undefined;
  /** The credentials that requests must be signed with; any by default. */
  readonly credentials?:
    | readonly { readonly accessKeyId: string; readonly secretAccessKey: string; readonly role?: string }[]
    | undefined;
}

/** A FinSpace-compatible service that runs in this process. */
export interface LocalService {
  /** The endpoint for AWS SDKs, the AWS CLI and Terraform; without a port, only `requestHandler` reaches it. */
  readonly url: string;
  /** The port of `url`; undefined if none is open. */
  readonly port: number | undefined;
  readonly region: string;
  /** For clients of the AWS SDK for JavaScript v3 in this process: requests reach the service without a socket. */
  readonly requestHandler: LocalRequestHandler;
  /** The clock of the world, which decides when changes in progress end. */
  readonly clock: {
    now(): Promise<Date>;
    /** Moves the clock ahead by at most a year. */
    advance(milliseconds: number): Promise<Date>;
  };
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The `requestHandler` of an AWS SDK client. */
export type LocalRequestHandler = {
  handle(
    request: LocalRequest,
    options?: { readonly abortSignal?: unknown },
  ): Promise<{ response: { statusCode: number; headers: Record<string, string>; body?: unknown } }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
};

/** The parts of a request that the service reads. */
export interface LocalRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** Starts the FinSpace-compatible service in this process. Rejects with one line that says why it cannot start. */
export async function startLocal(options: LocalServiceOptions = {}): Promise<LocalService> {
  const { embeddedService } = await import('./commands/embedded.ts');
  return embeddedService(options);
}
