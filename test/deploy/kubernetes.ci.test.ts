import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { homeOf, ROOT, readManifest } from '../../scripts/project.ts';
import { read } from '../docs/pages.ts';
import { tokens } from '../http/people.ts';
import { closeAll } from '../http/support.ts';
import { CLI } from '../support/hosts.ts';
import { instruction, portOf, variables } from './image.ts';
import { HAS_TOOLS, tool, yamlIn } from './tools.ts';

const FOLDERS = ['deploy/kubernetes/base', 'deploy/kubernetes/replicas'];
const HAS_KUBECTL = spawnSync('kubectl', ['kustomize', '--help'], { stdio: 'ignore' }).status === 0;
if (!HAS_KUBECTL) console.warn('SKIPPED: kubectl is not installed, which renders the manifests');

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}
interface Probe {
  readonly httpGet: { readonly path: string };
}
interface Pod {
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly automountServiceAccountToken: boolean;
  readonly volumes: readonly object[];
  readonly containers: readonly {
    readonly image: string;
    readonly args: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value: string }[];
    readonly securityContext: object;
    readonly startupProbe: Probe;
    readonly livenessProbe: Probe;
    readonly readinessProbe: Probe;
  }[];
}

/** Throws where a manifest is not valid by the schemas of the Kubernetes API. */
const validate = (manifest: Manifest) => {
  const { apiVersion, kind } = manifest;
  const { [kind]: Model } = tool(`kubernetes-models/${apiVersion}/${kind}`);
  new Model(manifest).validate();
};
const rendered = (folder: string) =>
  yamlIn(execFileSync('kubectl', ['kustomize', join(ROOT, folder)], { encoding: 'utf8' })) as Manifest[];
const base = () =>
  readdirSync(join(ROOT, 'deploy/kubernetes/base'))
    .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    .flatMap((file) => yamlIn(read(`deploy/kubernetes/base/${file}`)) as Manifest[]);
const podOf = (manifests: readonly Manifest[]): Pod => {
  const found = manifests.find(({ kind }) => kind === 'StatefulSet') as
    | { spec?: { template: { spec: Pod } } }
    | undefined;
  return found?.spec?.template.spec ?? expect.fail('no StatefulSet');
};

describe.skipIf(!HAS_TOOLS).each(FOLDERS)('%s', (folder) => {
  it('lists each of its files, and contains a configuration that meets config.schema.json', () => {
    const [kustomization] = yamlIn(read(`${folder}/kustomization.yaml`)) as [
      { resources: string[]; patches?: { path: string }[]; configMapGenerator: { files: string[] }[] },
    ];
    const { resources, patches = [], configMapGenerator } = kustomization;
    const named = [
      ...resources,
      ...patches.map(({ path }) => path),
      ...configMapGenerator.flatMap(({ files }) => files),
    ];
    const own = readdirSync(join(ROOT, folder)).filter((file) => file !== 'kustomization.yaml');
    expect(named.filter((path) => !path.startsWith('..')).toSorted()).toEqual(own.toSorted());
    const accepts = new Ajv({ strict: false, validateFormats: false }).compile(JSON.parse(read('config.schema.json')));
    expect(accepts(JSON.parse(read(`${folder}/config.json`))), JSON.stringify(accepts.errors)).toBe(true);
  });

  it.skipIf(!HAS_KUBECTL)(
    'renders manifests that meet the schemas of the Kubernetes API, with the image of this version',
    () => {
      const manifests = rendered(folder);
      for (const manifest of manifests) validate(manifest);
      expect(manifests.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(['Namespace', 'StatefulSet', 'NetworkPolicy']),
      );
      const [container] = podOf(manifests).containers;
      const { name, version, repository } = readManifest();
      expect(container?.image).toBe(`${homeOf({ name, repository }).image}:${version}`);
    },
  );
});

describe.skipIf(!HAS_TOOLS)('the pods', () => {
  afterEach(closeAll);

  it('are valid, like the other manifests of the base, and the check rejects an invalid one', () => {
    for (const manifest of base()) validate(manifest);
    const faulty = read('deploy/kubernetes/base/stateful-set.yaml').replace(
      'containerPort: 8080',
      'containerPort: "8080"',
    );
    expect(() => validate((yamlIn(faulty) as [Manifest])[0])).toThrow(/containerPort/);
  });

  it('meet the Pod Security Standard "restricted", which their namespace enforces', () => {
    const [namespace] = yamlIn(read('deploy/kubernetes/base/namespace.yaml'));
    expect(namespace).toHaveProperty(['metadata', 'labels', 'pod-security.kubernetes.io/enforce'], 'restricted');
    const { securityContext, containers, volumes, automountServiceAccountToken } = podOf(base());
    const [user, group] = instruction('USER').split(':').map(Number);
    expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: user, runAsGroup: group, fsGroup: group });
    expect(securityContext).toMatchObject({ seccompProfile: { type: 'RuntimeDefault' } });
    expect(automountServiceAccountToken).toBe(false);
    for (const container of containers)
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    const allowed = ['name', 'configMap', 'secret', 'persistentVolumeClaim', 'emptyDir', 'projected'];
    expect(volumes.flatMap(Object.keys).filter((key) => !allowed.includes(key))).toEqual([]);
  });

  it('pass their probes with the configuration of the base, on a volume that the group can write to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finspace-mcp-kubernetes-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const volume = join(folder, 'volume');
    mkdirSync(volume);
    // As fsGroup leaves it.
    chmodSync(volume, 0o2775);
    const here = (path: string) => path.replace('/etc/finspace-mcp', folder).replace('/var/lib/finspace-mcp', volume);
    const [container] = podOf(base()).containers;
    // An unreachable issuer would make the server not ready, so tokens replace it.
    const { authIssuer: _, ...config } = JSON.parse(read('deploy/kubernetes/base/config.json'));
    const { file } = tokens({ ann: ['finspace:read'] });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, port: 0, authTokens: file }));
    const args = container?.args.map(here) ?? [];
    const own = container?.env?.map(({ name, value }) => [name, here(value)]) ?? [];
    const image = Object.entries(variables()).map(([name, value]) => [name, here(value)]);
    const server = spawn(process.execPath, [CLI, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...Object.fromEntries([...image, ...own]) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void server.kill('SIGKILL'));
    const port = await portOf(server);
    const { startupProbe, livenessProbe, readinessProbe } = container ?? expect.fail('no container');
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe])
      expect([httpGet.path, await statusOf(port, httpGet.path)]).toEqual([httpGet.path, 200]);
  });
});

/** Requested by the address of the pod, as the kubelet does. */
const statusOf = (port: number, path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers: { host: '10.0.0.7:8080' } };
    request(options, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
