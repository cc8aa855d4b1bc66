/** Why the state file cannot be used, in one line that names the file. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
