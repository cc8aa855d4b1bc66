/** An argument that names nothing; the message shows what exists. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}
