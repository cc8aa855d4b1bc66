/** A function that computes its value once for each object, and keeps it as long as the object. */
export function oncePer<K extends object, T>(compute: (key: K) => T): (key: K) => T {
  const computed = new WeakMap<K, { readonly value: T }>();
  return (key) => {
    let present = computed.get(key);
    if (present === undefined) {
      present = { value: compute(key) };
      computed.set(key, present);
    }
    return present.value;
  };
}
