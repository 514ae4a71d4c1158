import { KubeObject } from '@kmetal/under-cluster';
import { CHARTS, ofRelease, Release, Rendered } from './charts';
import { LiveObjects, now, Refusal } from './liveObjects';

const RELEASES = '/apis/helm.toolkit.fluxcd.io/v2';
const REPOSITORIES = '/apis/source.toolkit.fluxcd.io/v1';
const RETRY_MS = 3_000;

/** What was last done for a HelmRelease. */
interface Deployed {
  generation: number;
  at: number;
  failed: boolean;
  /** Of the last revision that went well. */
  rendered: Rendered | undefined;
  revision: number;
}

/** Where charts' objects are. */
const COLLECTIONS: Record<string, (namespace?: string) => string> = {
  ConfigMap: namespace => `/api/v1/namespaces/${namespace}/configmaps`,
  CSIDriver: () => '/apis/storage.k8s.io/v1/csidrivers',
  StorageClass: () => '/apis/storage.k8s.io/v1/storageclasses',
};

export const collectionOf = ({ kind, metadata }: KubeObject) =>
  COLLECTIONS[kind](metadata.namespace);
export const pathOf = (object: KubeObject) =>
  `${collectionOf(object)}/${object.metadata.name}`;

/**
 * A stand-in for helm-controller and the charts' pods. As there, an upgrade creates and changes first and then deletes what left the manifest, by name
 * and whoever made it since, unless the live object says `helm.sh/resource-policy: keep`. There is no drift detection: what is changed by hand stays.
 */
export class Helm {
  readonly #objects: LiveObjects;
  readonly #deployed = new Map<string, Deployed>();

  constructor(objects: LiveObjects) {
    this.#objects = objects;
  }

  /** What charts have started, and now runs in the under cluster. */
  get running(): Rendered[] {
    return [...this.#deployed.values()].flatMap(({ rendered }) =>
      rendered ? [rendered] : [],
    );
  }

  async turn(): Promise<void> {
    const releases = await this.#objects.list(`${RELEASES}/helmreleases`);
    for (const helmRelease of releases) {
      if (this.#isDue(helmRelease)) {
        await this.#reconcile(helmRelease);
      }
    }
    const there = new Set(releases.map(({ metadata }) => metadata.uid));
    for (const [uid, { rendered }] of this.#deployed) {
      if (!there.has(uid)) {
        this.#deployed.delete(uid);
        await this.#delete(rendered?.manifest ?? []);
        await this.#delete(rendered?.madeByPods ?? []);
      }
    }
  }

  #isDue({ metadata, spec }: KubeObject): boolean {
    const last = this.#deployed.get(metadata.uid);
    if (spec.suspend) {
      return false;
    }
    return (
      last?.generation !== metadata.generation ||
      (last?.failed === true && Date.now() - last.at >= RETRY_MS)
    );
  }

  async #reconcile(helmRelease: KubeObject): Promise<void> {
    const { metadata } = helmRelease;
    const before = this.#deployed.get(metadata.uid);
    const release = releaseOf(helmRelease);
    const next: Deployed = {
      generation: metadata.generation,
      at: Date.now(),
      failed: false,
      rendered: before?.rendered,
      revision: before?.revision ?? 0,
    };
    let problem: { reason: string; message: string } | undefined;
    try {
      const rendered = await this.#render(helmRelease, release);
      await this.#upgrade(before?.rendered?.manifest ?? [], rendered.manifest);
      next.rendered = rendered;
      next.revision += 1;
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      const action = before?.rendered ? 'upgrade' : 'install';
      next.failed = true;
      problem = {
        reason: before?.rendered ? 'UpgradeFailed' : 'InstallFailed',
        message: `Helm ${action} failed for release ${release.namespace}/${release.name} with chart ${release.chart}: ${error.message}`,
      };
    }
    this.#deployed.set(metadata.uid, next);
    await this.#tell(helmRelease, release, next, problem);
  }

  async #render(
    { metadata, spec }: KubeObject,
    release: Release,
  ): Promise<Rendered> {
    const { chart, sourceRef } = spec.chart.spec;
    const source = `${REPOSITORIES}/namespaces/${
      sourceRef.namespace ?? metadata.namespace
    }/helmrepositories/${sourceRef.name}`;
    if (!(await this.#objects.find(source))) {
      throw new Refusal(
        `HelmRepository.source.toolkit.fluxcd.io "${sourceRef.name}" not found`,
      );
    }
    const render = CHARTS[chart.split('/').at(-1)];
    if (!render) {
      throw new Refusal(
        `no chart ${chart} here: the demo knows ${Object.keys(CHARTS).join(
          ', ',
        )}`,
      );
    }
    const namespace = `/api/v1/namespaces/${release.namespace}`;
    if (!(await this.#objects.find(namespace))) {
      if (!spec.install?.createNamespace) {
        throw new Refusal(`namespaces "${release.namespace}" not found`);
      }
      await this.#objects.create('/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: release.namespace },
      });
    }
    const rendered = render(release, spec.values ?? {});
    const helm = { name: metadata.name, namespace: `${metadata.namespace}` };
    return {
      ...rendered,
      manifest: rendered.manifest.map(each => ofRelease(each, release, helm)),
    };
  }

  async #upgrade(before: KubeObject[], after: KubeObject[]): Promise<void> {
    for (const object of after) {
      const path = pathOf(object);
      if (await this.#objects.find(path)) {
        await this.#objects.patch(path, object);
      } else {
        await this.#objects.create(collectionOf(object), object);
      }
    }
    const stay = new Set(after.map(pathOf));
    await this.#delete(before.filter(each => !stay.has(pathOf(each))));
  }

  async #delete(objects: KubeObject[]): Promise<void> {
    for (const path of objects.map(pathOf)) {
      const live = await this.#objects.find(path);
      if (live?.metadata.annotations?.['helm.sh/resource-policy'] !== 'keep') {
        await this.#objects.remove(path);
      }
    }
  }

  async #tell(
    { metadata, status }: KubeObject,
    release: Release,
    { generation, revision }: Deployed,
    problem: { reason: string; message: string } | undefined,
  ): Promise<void> {
    const state = problem ? 'False' : 'True';
    const said = problem ?? {
      reason: revision === 1 ? 'InstallSucceeded' : 'UpgradeSucceeded',
      message: `Helm ${
        revision === 1 ? 'install' : 'upgrade'
      } succeeded for release ${release.namespace}/${
        release.name
      }.v${revision} with chart ${release.chart}`,
    };
    const before = status?.conditions?.find(
      (each: { type: string; status: string }) =>
        each.type === 'Ready' && each.status === state,
    );
    await this.#objects.patch(
      `${RELEASES}/namespaces/${metadata.namespace}/helmreleases/${metadata.name}/status`,
      {
        status: {
          observedGeneration: generation,
          lastAttemptedGeneration: generation,
          storageNamespace: metadata.namespace,
          conditions: [
            {
              type: 'Ready',
              status: state,
              ...said,
              observedGeneration: generation,
              lastTransitionTime: before?.lastTransitionTime ?? now(),
            },
          ],
        },
      },
    );
  }
}

function releaseOf({ metadata, spec }: KubeObject): Release {
  const { chart, version = '*' } = spec.chart.spec;
  return {
    // Flux puts the target namespace before the name, unless a release name is told.
    name:
      spec.releaseName ??
      (spec.targetNamespace
        ? `${spec.targetNamespace}-${metadata.name}`
        : metadata.name),
    namespace: spec.targetNamespace ?? metadata.namespace,
    chart: `${chart.split('/').at(-1)}-${version}`,
  };
}
