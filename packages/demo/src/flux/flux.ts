import { setTimeout as delay } from 'node:timers/promises';
import { applyObjects, KubeObject, UnderCluster } from '@kmetal/under-cluster';
import { Applier, inventoryOf } from './applyManifests';
import { GitSource } from './gitSource';
import { BuildError, buildManifests, ManifestFiles } from './kustomizeBuild';

/** How Flux can be made to misbehave. */
export type FluxTrouble =
  /** It takes a new revision only this many seconds after it appeared. */
  | { kind: 'slow'; seconds: number }
  /** It applies nothing and says so in these words. */
  | { kind: 'failing'; message: string };

/** A stand-in for Flux in one under cluster. */
export interface Flux {
  /** Well again if undefined. */
  setTrouble(trouble: FluxTrouble | undefined): void;
  trouble(): FluxTrouble | undefined;
  stop(): Promise<void>;
}

const KUSTOMIZATIONS = '/apis/kustomize.toolkit.fluxcd.io/v1';
const REPOSITORIES = '/apis/source.toolkit.fluxcd.io/v1';
const MERGE_PATCH = { contentType: 'application/merge-patch+json' };
const RETRY_MS = 3_000;

interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

/** What was last done for a Kustomization. */
interface Attempt {
  revision: string;
  generation: number;
  at: number;
  failed: boolean;
}

class Controller {
  readonly #cluster: UnderCluster;
  readonly #source: GitSource;
  readonly #signal: AbortSignal;
  readonly #applier: Applier;
  readonly #attempts = new Map<string, Attempt>();
  #artifact: { sha: string; files: ManifestFiles } | undefined;
  #seen: { sha: string; at: number } | undefined;
  #sourceFailed = false;
  trouble: FluxTrouble | undefined;

  constructor(cluster: UnderCluster, source: GitSource, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#source = source;
    this.#signal = signal;
    this.#applier = new Applier(cluster);
  }

  setTrouble(trouble: FluxTrouble | undefined): void {
    this.trouble = trouble;
    for (const attempt of this.#attempts.values()) {
      if (attempt.failed) {
        attempt.at = 0;
      }
    }
  }

  /** Looks once at the branch and at every Kustomization. */
  async turn(): Promise<void> {
    await this.#fetch();
    if (!this.#artifact) {
      return;
    }
    const { body } = await this.#cluster.request(
      'GET',
      `${KUSTOMIZATIONS}/kustomizations`,
    );
    const isRoot = ({ metadata }: KubeObject) =>
      metadata.name === 'flux-system' ? 0 : 1;
    const kustomizations: KubeObject[] = [...(body.items ?? [])].sort(
      (a, b) => isRoot(a) - isRoot(b),
    );
    for (const kustomization of kustomizations) {
      if (this.#isDue(kustomization)) {
        await this.#reconcile(kustomization, this.#artifact);
      }
    }
  }

  /** Takes the head of the branch, if there is a new one, and says so on the GitRepository. */
  async #fetch(): Promise<void> {
    let sha: string;
    try {
      sha = await this.#source.head(this.#signal);
      if (this.#seen?.sha !== sha) {
        this.#seen = { sha, at: Date.now() };
      }
      const isSlow =
        this.trouble?.kind === 'slow' &&
        Date.now() - this.#seen.at < this.trouble.seconds * 1000;
      const isTold = this.#artifact?.sha === sha && !this.#sourceFailed;
      if (isTold || (this.#artifact && isSlow)) {
        return;
      }
      const files = await this.#source.read(sha, this.#signal);
      this.#artifact = { sha, files };
      this.#sourceFailed = false;
    } catch (error) {
      this.#sourceFailed = true;
      await this.#tellOfSource({
        type: 'Ready',
        status: 'False',
        reason: 'GitOperationFailed',
        message: (error as Error).message,
      });
      return;
    }
    await this.#tellOfSource(
      {
        type: 'Ready',
        status: 'True',
        reason: 'Succeeded',
        message: `stored artifact for revision '${this.#revision(sha)}'`,
      },
      {
        artifact: {
          revision: this.#revision(sha),
          lastUpdateTime: now(),
          path: `gitrepository/flux-system/flux-system/${sha}.tar.gz`,
          url: `http://source-controller.flux-system.svc.cluster.local./gitrepository/flux-system/flux-system/${sha}.tar.gz`,
        },
      },
    );
  }

  async #tellOfSource(ready: Condition, more: object = {}): Promise<void> {
    const path = `${REPOSITORIES}/namespaces/flux-system/gitrepositories/flux-system`;
    const { status, body } = await this.#cluster.request('GET', path);
    if (status === 200) {
      await this.#tell(path, body, [ready], more);
    }
  }

  #isDue({ metadata, spec }: KubeObject): boolean {
    if (spec.suspend || metadata.deletionTimestamp) {
      return false;
    }
    const last = this.#attempts.get(metadata.uid);
    if (
      !last ||
      last.revision !== this.#revision(this.#artifact!.sha) ||
      last.generation !== metadata.generation
    ) {
      return true;
    }
    const wait = last.failed ? RETRY_MS : millisecondsOf(spec.interval);
    return Date.now() - last.at >= wait;
  }

  async #reconcile(
    kustomization: KubeObject,
    artifact: { sha: string; files: ManifestFiles },
  ): Promise<void> {
    const { metadata, spec } = kustomization;
    const namespace = metadata.namespace ?? '';
    const path = `${KUSTOMIZATIONS}/namespaces/${namespace}/kustomizations/${metadata.name}`;
    const revision = this.#revision(artifact.sha);
    const isNew = this.#attempts.get(metadata.uid)?.revision !== revision;
    if (isNew) {
      await this.#tell(path, kustomization, [
        {
          type: 'Reconciling',
          status: 'True',
          reason: 'Progressing',
          message: `Building manifests for revision ${revision}`,
        },
        {
          type: 'Ready',
          status: 'Unknown',
          reason: 'Progressing',
          message: 'Reconciliation in progress',
        },
      ]);
    }
    let problem: { reason: string; message: string } | undefined;
    let manifests: KubeObject[] = [];
    try {
      if (this.trouble?.kind === 'failing') {
        throw new Error(this.trouble.message);
      }
      const owner = { name: metadata.name, namespace };
      manifests = buildManifests(artifact.files, spec.path ?? '.');
      await this.#applier.apply(manifests, owner);
      if (spec.prune) {
        const before = kustomization.status?.inventory?.entries ?? [];
        await this.#applier.prune(before, manifests, owner);
      }
    } catch (error) {
      problem = {
        reason:
          error instanceof BuildError ? 'BuildFailed' : 'ReconciliationFailed',
        message: (error as Error).message,
      };
    }
    this.#attempts.set(metadata.uid, {
      revision,
      generation: metadata.generation,
      at: Date.now(),
      failed: problem !== undefined,
    });
    await this.#tell(
      path,
      kustomization,
      problem
        ? [
            {
              type: 'Reconciling',
              status: 'True',
              reason: 'ProgressingWithRetry',
              message: problem.message,
            },
            { type: 'Ready', status: 'False', ...problem },
          ]
        : [
            {
              type: 'Ready',
              status: 'True',
              reason: 'ReconciliationSucceeded',
              message: `Applied revision: ${revision}`,
            },
          ],
      {
        lastAttemptedRevision: revision,
        ...(!problem && {
          lastAppliedRevision: revision,
          inventory: { entries: inventoryOf(manifests) },
        }),
      },
    );
  }

  /** Writes a status, unless it says all that already. */
  async #tell(
    path: string,
    object: KubeObject,
    conditions: Condition[],
    more: object = {},
  ): Promise<void> {
    const { generation } = object.metadata;
    const { body } = await this.#cluster.request('GET', path);
    const before: Condition[] = body?.status?.conditions ?? [];
    const status = {
      ...more,
      observedGeneration: generation,
      conditions: conditions.map(condition => ({
        ...condition,
        observedGeneration: generation,
        lastTransitionTime:
          before.find(
            each =>
              each.type === condition.type && each.status === condition.status,
          )?.lastTransitionTime ?? now(),
      })),
    };
    const said = JSON.stringify(sorted({ ...body?.status, ...status }));
    if (said !== JSON.stringify(sorted(body?.status ?? {}))) {
      await this.#cluster.request(
        'PATCH',
        `${path}/status`,
        { status },
        MERGE_PATCH,
      );
    }
  }

  #revision(sha: string): string {
    return `${this.#source.branch}@sha1:${sha}`;
  }
}

/**
 * Starts Flux for one under cluster: what its folder in the repository sets up is applied, then it follows the branch.
 *
 * @param options.folder - what `flux bootstrap` was given as path, such as `clusters/muc-1`
 * @param options.intervalMs - how often the Git host is asked for the branch's head
 */
export async function startFlux(options: {
  cluster: UnderCluster;
  source: GitSource;
  folder: string;
  intervalMs?: number;
}): Promise<Flux> {
  const { cluster, source, intervalMs = 1_000 } = options;
  const stopping = new AbortController();
  const files = await source.read(
    await source.head(stopping.signal),
    stopping.signal,
  );
  await applyObjects(
    cluster,
    buildManifests(files, `${options.folder}/flux-system`).map(labelledForFlux),
  );
  const controller = new Controller(cluster, source, stopping.signal);
  const work = async () => {
    while (!stopping.signal.aborted) {
      // An under cluster or Git host that is out of reach is asked again at the next turn.
      await controller.turn().catch(() => {});
      await delay(intervalMs, undefined, { signal: stopping.signal }).catch(
        () => {},
      );
    }
  };
  const working = work();
  return {
    setTrouble: trouble => controller.setTrouble(trouble),
    trouble: () => controller.trouble,
    async stop() {
      stopping.abort();
      await working;
    },
  };
}

/** What bootstrap applies belongs to the Kustomization that it makes. */
function labelledForFlux(object: KubeObject): KubeObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: {
        ...object.metadata.labels,
        'kustomize.toolkit.fluxcd.io/name': 'flux-system',
        'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
      },
    },
  };
}

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a Go duration such as `10m0s`. */
export function millisecondsOf(duration: string): number {
  return [...duration.matchAll(/([0-9.]+)(ms|s|m|h)/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * UNITS[unit],
    0,
  );
}

/** A time as Kubernetes writes it: whole seconds. */
function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

/** The same value with every object's fields in one order, so that two can be compared as text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, each]) => [key, sorted(each)]),
      )
    : value;
}
