const SIZES: Record<string, number> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  pb: 1e15,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};
const QUANTITY = /^([\d.]+)\s*([kmgtp]?i?b)?$/i;
/** The unit at the end of a setting's name. */
const UNIT = /(?:MiB|GB)$|^bytes$/;
/** A small number of memory without a unit means gibibytes, not mebibytes. */
const FEWEST_MIB = 1_024;

/** Compares a setting with a wanted value. Undefined if either is not a number. */
export function compared(path: string, value: string, wanted: string): number | undefined {
  const [own, asked] = [parsed(value), parsed(wanted)];
  if (own === undefined || asked === undefined) return undefined;
  const named = UNIT.exec(path)?.[0].toLowerCase().replace('bytes', 'b');
  const unit = own.unit ?? named;
  if (unit === undefined) return asked.unit === undefined ? own.count - asked.count : undefined;
  const usual = unit === 'mib' && asked.count < FEWEST_MIB ? 'gib' : unit;
  return own.count * (SIZES[unit] ?? 1) - asked.count * (SIZES[asked.unit ?? usual] ?? 1);
}

function parsed(text: string) {
  const [, count, unit] = QUANTITY.exec(text) ?? [];
  return count === undefined || Number.isNaN(Number(count))
    ? undefined
    : { count: Number(count), unit: unit?.toLowerCase() };
}
