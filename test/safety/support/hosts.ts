import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import type { FormAnswer } from '../../support/hosts.ts';
import type { Members } from './backend.ts';
import type { Product } from './wire.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds after which the client cancels the call. */
  readonly timeout?: number;
  readonly onprogress?: (progress: { progress: number; message?: string | undefined }) => void;
}

export interface Result {
  readonly isError?: boolean;
  readonly structuredContent?: Members;
  readonly content: readonly { readonly text?: string }[];
}

/** A client library, in one process with the product. */
export interface RealClient {
  call(name: string, given: Members, options?: CallOptions): Promise<Result>;
  close(): Promise<void>;
}

type Person = (message: string) => Promise<FormAnswer>;

export interface RealHost {
  readonly name: string;
  /** In the 2025 era, the call stays open while the person reads; since then, it ends and is repeated. */
  readonly staysOpen: boolean;
  connect(product: Pick<Product, 'attach'>, person?: Person): Promise<RealClient>;
}

const identity = { name: 'host', version: '1' };
const capabilities = (person: Person | undefined) => (person === undefined ? {} : { elicitation: { form: {} } });

const sdkV1: RealHost = {
  name: 'sdk 1.x',
  staysOpen: true,
  connect: async (product, person) => {
    const client = new ClientV1(identity, { capabilities: capabilities(person) });
    if (person !== undefined)
      client.setRequestHandler(ElicitRequestSchema, async ({ params }) => person(params.message));
    await client.connect(ends(product) as never);
    return {
      call: (name, given, options) =>
        client.callTool({ name, arguments: given }, undefined, options) as unknown as Promise<Result>,
      close: () => client.close(),
    };
  },
};

const sdkV2 = (name: string, mode: 'legacy' | { pin: string }): RealHost => ({
  name,
  staysOpen: mode === 'legacy',
  connect: async (product, person) => {
    const client = new ClientV2(identity, { capabilities: capabilities(person), versionNegotiation: { mode } });
    if (person !== undefined)
      client.setRequestHandler('elicitation/create', async ({ params }) => person(params.message));
    await client.connect(ends(product));
    return {
      call: (name, given, options) =>
        client.callTool({ name, arguments: given }, options) as unknown as Promise<Result>,
      close: () => client.close(),
    };
  },
});

function ends(product: Pick<Product, 'attach'>): InMemoryTransport {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  product.attach(theirs);
  return ours;
}

/** Every client library and protocol era, in this process. */
export const REAL_HOSTS: readonly RealHost[] = [
  sdkV1,
  sdkV2('client 2.x, 2025 era', 'legacy'),
  sdkV2('client 2.x, 2026-07-28', { pin: '2026-07-28' }),
];
