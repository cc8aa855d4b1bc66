import { added, DAY, HEX, type Place, type Settings, ZONE } from './place.ts';

/** A mounted database, as a cluster keeps it. */
export interface Mount {
  readonly databaseName: string;
  readonly changesetId?: string | undefined;
  readonly cacheConfigurations?: readonly { readonly cacheType: string; readonly dbPaths: readonly string[] }[];
  readonly dataviewConfiguration?: { readonly segmentConfigurations: readonly { readonly volumeName: string }[] };
}

interface DataviewSettings extends Settings {
  /** The changesets of its versions, newest first, each with its age. */
  readonly versions: readonly { readonly changesetId: string; readonly age: number }[];
  readonly volume?: string;
  readonly autoUpdate?: boolean;
}

/** A database that is being built. */
export interface DatabaseBuilder {
  /** Loads one partition for each age in days, oldest first, from a folder of the bucket. Returns the ids of the changesets. */
  load<Days extends readonly number[]>(bucket: string, ...daysAgo: Days): { [I in keyof Days]: string };
  /** A load of today's partition that failed. */
  failedLoad(bucket: string, age: number, error: LoadError): void;
  /** Returns what a cluster stores if it mounts a version of the dataview; version 0 is the newest. */
  dataview(name: string, settings: DataviewSettings): (version: number) => Mount;
}

interface LoadError {
  readonly errorType: string;
  readonly errorMessage: string;
}

export function databaseBuilder(place: Place, name: string, settings?: Settings): DatabaseBuilder {
  const empty = { sequence: 0, numBytes: 0, numFiles: 0, numChangesets: 0 };
  const body: DatabaseBody = added(place, 'kxDatabase', name, empty, settings);
  return {
    load: (bucket, ...daysAgo) =>
      daysAgo.map((days) => addLoad(place, name, body, { bucket, age: days * DAY })) as never,
    failedLoad: (bucket, age, error) => void addLoad(place, name, body, { bucket, age, error }),
    dataview: (dataview, options) => addDataview(place, name, dataview, options),
  };
}

interface DatabaseBody {
  sequence: number;
  numBytes: number;
  numFiles: number;
  numChangesets: number;
  modified: number;
  lastCompletedChangesetId?: string;
}

interface Load {
  readonly bucket: string;
  readonly age: number;
  readonly error?: LoadError;
}

function addLoad({ world, environment, path }: Place, database: string, body: DatabaseBody, load: Load): string {
  const { bucket, age, error } = load;
  body.sequence += 1;
  const name = world.id(`changeset ${environment} ${database} ${body.sequence}`);
  const created = world.now - age;
  const modified = created + 35_000;
  if (error === undefined) {
    body.numBytes += 13 * Number.parseInt(world.id(`size ${name}`, 6, HEX), 16);
    body.numFiles += 7;
    body.numChangesets += 1;
    Object.assign(body, { lastCompletedChangesetId: name, modified });
  }
  const partition = world.partition(Math.floor(age / DAY));
  const s3Path = `s3://${bucket}/${database}/${partition}/`;
  const changeRequests = [{ changeType: 'PUT', s3Path, dbPath: `/${partition}/` }];
  world.add({
    in: `${path}/kxDatabase/${database}/kxChangeset`,
    name,
    position: String(9_999_999_999 - body.sequence),
    status: error === undefined ? 'COMPLETED' : 'FAILED',
    since: modified,
    body: {
      changeRequests,
      created,
      modified,
      ...(error === undefined ? { activeFrom: modified } : { errorInfo: error }),
    },
  });
  return name;
}

function addDataview(
  { world, environment, path }: Place,
  database: string,
  name: string,
  { versions, volume, autoUpdate = false, description, tags }: DataviewSettings,
): (version: number) => Mount {
  const segments = volume === undefined ? [] : [{ dbPaths: ['/*'], volumeName: volume, onDemand: false }];
  const kept = versions.map(({ changesetId, age }, index) => ({
    versionId: world.id(`dataview ${environment} ${database} ${name} ${index}`),
    changesetId,
    segmentConfigurations: segments,
    created: world.now - age,
    active: true,
  }));
  const newest = kept[0];
  const modified = (newest?.created ?? world.now) + 330_000;
  world.add({
    in: `${path}/kxDatabase/${database}/kxDataview`,
    name,
    status: 'ACTIVE',
    since: modified,
    tags,
    body: {
      azMode: 'SINGLE',
      availabilityZoneId: ZONE,
      autoUpdate,
      readWrite: false,
      created: world.now - 40 * DAY,
      modified,
      segmentConfigurations: segments,
      versions: kept,
      changesetId: newest?.changesetId,
      ...(description && { description }),
    },
  });
  return (version) => ({
    databaseName: database,
    dataviewConfiguration: {
      dataviewName: name,
      dataviewVersionId: kept[version]?.versionId,
      changesetId: kept[version]?.changesetId,
      segmentConfigurations: segments,
    },
  });
}
