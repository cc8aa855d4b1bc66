/** One HTTP request of the FinSpace API, read to its end. Names of headers are in lower case. */
export interface WireRequest {
  readonly method: string;
  /** The path and, after a question mark, the query; percent-encoded, as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Its reply. Names of headers are in lower case. */
export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Set when the connection breaks after this part of the body. */
  readonly broken?: Error | undefined;
}

/** Serves the API's requests. Rejects if the connection breaks without a reply. */
export type Service = (request: WireRequest) => Promise<WireReply>;
