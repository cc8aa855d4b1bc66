/** A machine type for kdb; from the FinSpace user guide. */
export interface Machine {
  /** GiB that kdb can use. */
  readonly memory: number;
  readonly cpus: number;
}

/** The node types of dedicated clusters. */
export const NODE_TYPES: ReadonlyMap<string, Machine> = new Map([
  ['kx.s.large', { memory: 12, cpus: 2 }],
  ['kx.s.xlarge', { memory: 27, cpus: 4 }],
  ['kx.s.2xlarge', { memory: 54, cpus: 8 }],
  ['kx.s.4xlarge', { memory: 108, cpus: 16 }],
  ['kx.s.8xlarge', { memory: 216, cpus: 32 }],
  ['kx.s.16xlarge', { memory: 432, cpus: 64 }],
  ['kx.s.32xlarge', { memory: 864, cpus: 128 }],
]);

/** The host types of scaling groups. */
export const HOST_TYPES: ReadonlyMap<string, Machine> = new Map([
  ['kx.sg.large', { memory: 16, cpus: 2 }],
  ['kx.sg.xlarge', { memory: 32, cpus: 4 }],
  ['kx.sg.2xlarge', { memory: 64, cpus: 8 }],
  ['kx.sg.4xlarge', { memory: 108, cpus: 16 }],
  ['kx.sg.8xlarge', { memory: 216, cpus: 32 }],
  ['kx.sg.16xlarge', { memory: 432, cpus: 64 }],
  ['kx.sg.32xlarge', { memory: 864, cpus: 128 }],
  ['kx.sg1.16xlarge', { memory: 1949, cpus: 64 }],
  ['kx.sg1.24xlarge', { memory: 2948, cpus: 96 }],
]);

/** The memory of a type in MiB, as in reservations; undefined for an unknown type. */
export function memoryMiB(types: ReadonlyMap<string, Machine>, type: string | undefined): number | undefined {
  const machine = types.get(String(type));
  return machine && machine.memory * 1024;
}

/** The types with their memory, for an argument description; within a family, only the size is repeated. */
export const describeMachines = (types: ReadonlyMap<string, Machine>): string => {
  const names = [...types.keys()];
  const family = (name = '') => name.slice(0, name.lastIndexOf('.'));
  const shown = [...types].map(([name, { memory }], at) => {
    const isSameFamily = at > 0 && family(names[at - 1]) === family(name);
    return `${isSameFamily ? name.slice(family(name).length) : name} ${memory}`;
  });
  return `Memory in GiB: ${shown.join(', ')}`;
};
