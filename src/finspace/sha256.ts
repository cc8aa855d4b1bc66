import { createHash, createHmac } from 'node:crypto';
import type { Checksum, SourceData } from '@smithy/types';

/** The last HMAC whose key was a text. */
let last: { readonly key: string; readonly data: string; readonly digest: Uint8Array } | undefined;

/**
 * SHA-256, or HMAC-SHA-256 with a key, for the signer of the SDK. For each request, the signer computes an HMAC with the secret access
 * key only to look up its signing key; that HMAC is kept. It uses texts as keys only for this HMAC and to derive signing keys.
 */
export class Sha256 implements Checksum {
  readonly #key: SourceData | undefined;
  #data: Uint8Array[] = [];

  constructor(key?: SourceData) {
    this.#key = key;
  }

  update(chunk: Uint8Array): void {
    this.#data.push(chunk);
  }

  async digest(): Promise<Uint8Array> {
    const key = this.#key;
    if (typeof key !== 'string') return this.#compute();
    const data = Buffer.concat(this.#data).toString('latin1');
    if (last?.key !== key || last.data !== data) last = { key, data, digest: this.#compute() };
    return last.digest;
  }

  reset(): void {
    this.#data = [];
  }

  #compute(): Uint8Array {
    const hash = this.#key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.#key));
    for (const chunk of this.#data) hash.update(chunk);
    return hash.digest();
  }
}

function bytesOf(data: SourceData): Uint8Array | string {
  if (typeof data === 'string') return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
