/** A machine type for kdb; from the FinSpace user guide. */
export interface Machine {
  /** What kdb can use. */
  readonly memoryGiB: number;
  readonly cpus: number;
}

/** The node types of dedicated clusters. */
export const NODE_TYPES: ReadonlyMap<string, Machine> = new Map([
  ['kx.s.large', { memoryGiB: 12, cpus: 2 }],
  ['kx.s.xlarge', { memoryGiB: 27, cpus: 4 }],
  ['kx.s.2xlarge', { memoryGiB: 54, cpus: 8 }],
  ['kx.s.4xlarge', { memoryGiB: 108, cpus: 16 }],
  ['kx.s.8xlarge', { memoryGiB: 216, cpus: 32 }],
  ['kx.s.16xlarge', { memoryGiB: 432, cpus: 64 }],
  ['kx.s.32xlarge', { memoryGiB: 864, cpus: 128 }],
]);

/** The host types of scaling groups. */
export const HOST_TYPES: ReadonlyMap<string, Machine> = new Map([
  ['kx.sg.large', { memoryGiB: 16, cpus: 2 }],
  ['kx.sg.xlarge', { memoryGiB: 32, cpus: 4 }],
  ['kx.sg.2xlarge', { memoryGiB: 64, cpus: 8 }],
  ['kx.sg.4xlarge', { memoryGiB: 108, cpus: 16 }],
  ['kx.sg.8xlarge', { memoryGiB: 216, cpus: 32 }],
  ['kx.sg.16xlarge', { memoryGiB: 432, cpus: 64 }],
  ['kx.sg.32xlarge', { memoryGiB: 864, cpus: 128 }],
  ['kx.sg1.16xlarge', { memoryGiB: 1949, cpus: 64 }],
  ['kx.sg1.24xlarge', { memoryGiB: 2948, cpus: 96 }],
]);

/** The memory of a type in MiB, as in reservations; undefined for an unknown type. */
export function memoryMiB(types: ReadonlyMap<string, Machine>, type: string | undefined): number | undefined {
  const machine = types.get(String(type));
  return machine && machine.memoryGiB * 1024;
}

/** The types with their memory, for an argument description; each family is named once: `kx.s.large 12, .xlarge 27`. */
export const describeMachines = (types: ReadonlyMap<string, Machine>): string => {
  const names = [...types.keys()];
  const family = (name = '') => name.slice(0, name.lastIndexOf('.'));
  const shown = [...types].map(([name, { memoryGiB }], at) => {
    const isSameFamily = at > 0 && family(names[at - 1]) === family(name);
    return `${isSameFamily ? name.slice(family(name).length) : name} ${memoryGiB}`;
  });
  return `Memory in GiB: ${shown.join(', ')}`;
};
