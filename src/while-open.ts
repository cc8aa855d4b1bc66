/** Runs work with something that is open, and closes it afterwards. */
export async function whileOpen<R extends { close(): unknown }, T>(open: R, work: (open: R) => T): Promise<Awaited<T>> {
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}
