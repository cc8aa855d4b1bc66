/** Deletes the oldest keys of a map or set beyond a maximum number. */
export function evictOldest<K>(kept: Map<K, unknown> | Set<K>, max: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= max) return;
    kept.delete(key);
  }
}
