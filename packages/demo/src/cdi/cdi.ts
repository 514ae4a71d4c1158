import { setTimeout as delay } from 'node:timers/promises';
import { KubeObject, UnderCluster } from '@kmetal/under-cluster';
import { attachedDisk, deviceOf } from '../scenario/tenantCluster';
import {
  Backend,
  bindingOf,
  MadeVolume,
  pendingClaim,
  persistentVolumeOf,
} from '../scenario/volume';
import { VolumeObjects } from './volumeObjects';

/** A stand-in for CDI, the provisioner and KubeVirt in one under cluster. */
export interface Cdi {
  stop(): Promise<void>;
}

/** A volume that a quota refused. */
interface Refused {
  dataVolume: KubeObject;
  /** Its claim, or the `prime-` claim that fills it. */
  claim: string;
  /** Bytes that the claim asks for. */
  charged: string;
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

const PROGRESS: Record<string, string> = {
  ImportInProgress: '50.0%',
  Succeeded: '100.0%',
};

/** Whether the pod that fills the volume runs, by the DataVolume's phase. */
const RUNNING: Record<string, Condition> = {
  ImportInProgress: {
    type: 'Running',
    status: 'True',
    reason: 'Pod is running',
  },
  Succeeded: {
    type: 'Running',
    status: 'False',
    reason: 'Completed',
    message: 'Import Complete',
  },
};

const REASON = 'ErrExceededQuota';
const REFUSAL =
  /persistentvolumeclaims "([^"]+)" is forbidden: exceeded quota: [^,]+, requested: \S*requests\.storage=(\d+),/;

/** Volumes that wait because a quota refused what CDI was to make for them. */
async function refusedVolumes(cluster: UnderCluster): Promise<Refused[]> {
  const { body } = await cluster.request(
    'GET',
    '/apis/cdi.kubevirt.io/v1beta1/datavolumes',
  );
  return (body.items as KubeObject[]).flatMap(dataVolume => {
    const [, claim, charged] =
      REFUSAL.exec(
        conditionOf(dataVolume, 'Bound', REASON)?.message?.replace(
          /\s+/g,
          ' ',
        ) ?? '',
      ) ?? [];
    return claim ? [{ dataVolume, claim, charged }] : [];
  });
}

function conditionOf(
  { status }: KubeObject,
  type: string,
  reason: string,
): Condition | undefined {
  return (status?.conditions ?? []).find(
    (condition: Condition) =>
      condition.type === type && condition.reason === reason,
  );
}

/** Something that is not to be tried again: the volume was deleted, or the demo ends. */
class GivenUp extends Error {}

/** Makes one volume, from the refusal on. */
class VolumeMaker {
  readonly #refused: Refused;
  readonly #backend: Backend;
  readonly #objects: VolumeObjects;
  readonly #signal: AbortSignal;
  readonly #retryMs: number;
  readonly #stepMs: number;

  constructor(
    refused: Refused,
    objects: VolumeObjects,
    options: Required<Omit<CdiOptions, 'cluster'>> & { signal: AbortSignal },
  ) {
    this.#refused = refused;
    this.#objects = objects;
    this.#backend = options.backend;
    this.#signal = options.signal;
    this.#retryMs = options.retryMs;
    this.#stepMs = options.stepMs;
  }

  /** Resolves when the volume is there, was deleted, or the demo ends. */
  async run(): Promise<void> {
    try {
      await this.#make();
    } catch (error) {
      if (!(error instanceof GivenUp)) {
        throw error;
      }
    }
  }

  async #make(): Promise<void> {
    const { name } = this.#refused.dataVolume.metadata;
    const worker = await this.#once(() => this.#worker());
    const target = await this.#admitted(name, () => this.#targetClaim());
    const volume: MadeVolume = {
      ...this.#claimed(target.spec.resources.requests.storage),
      volumeMode: target.spec.volumeMode,
      accessModes: target.spec.accessModes,
      node: worker?.status?.nodeName ?? this.#backend.nodes[0],
    };
    const filled = this.#backend.csi
      ? await this.#admitted(`prime-${target.metadata.uid}`, () =>
          primeClaim(target),
        )
      : target;

    await this.#once(async () => {
      await this.#tell(
        this.#backend.csi ? 'PendingPopulation' : 'WaitForFirstConsumer',
        'Pending',
        `PVC ${name} Pending`,
      );
      await this.#event(
        filled,
        'persistentvolume-controller',
        'WaitForFirstConsumer',
        'waiting for first consumer to be created before binding',
      );
    });
    await this.#pause();
    await this.#once(async () => {
      if (!this.#backend.csi) {
        await this.#objects.patch(filled, {
          metadata: {
            annotations: {
              'volume.kubernetes.io/selected-node': volume.node,
            },
          },
        });
      }
      await this.#event(
        filled,
        this.#backend.provisioner,
        'Provisioning',
        `External provisioner is provisioning volume for claim "${filled.metadata.namespace}/${filled.metadata.name}"`,
      );
    });
    await this.#pause();
    // A volume that is filled in another claim is bound when that is done.
    const isBound = filled === target ? 'Bound' : 'Pending';
    const made = persistentVolumeOf(volume, filled.metadata.uid, this.#backend);
    await this.#once(async () => {
      await this.#bind(filled, made, volume);
      await this.#event(
        filled,
        this.#backend.provisioner,
        'ProvisioningSucceeded',
        `Successfully provisioned volume ${made.metadata.name}`,
      );
      await this.#tell(
        'ImportScheduled',
        isBound,
        `Import into ${name} scheduled`,
      );
    });
    await this.#pause();
    await this.#once(() =>
      this.#tell(
        'ImportInProgress',
        isBound,
        `Import into ${name} in progress`,
      ),
    );
    await this.#pause();
    await this.#once(async () => {
      if (filled !== target) {
        await this.#bind(target, made, volume);
        await this.#objects.remove(filled);
      }
      if (worker) {
        await this.#attach(worker);
      }
      await this.#tell(
        'Succeeded',
        'Bound',
        `Successfully imported into PVC ${name}`,
      );
    });
  }

  /** Creates a claim as soon as the quotas let it; meanwhile the DataVolume says why not. */
  async #admitted(name: string, claim: () => KubeObject): Promise<KubeObject> {
    for (;;) {
      const there = await this.#once(async () => {
        await this.#isWanted();
        const found = await this.#objects.find({
          ...claim(),
          metadata: { ...claim().metadata, name },
        });
        if (found) {
          return found;
        }
        const answer = await this.#objects.create(claim());
        if (answer.status === 403) {
          await this.#refuse(answer.body.message);
          return undefined;
        }
        if (answer.status >= 300) {
          throw new Error(answer.body?.message);
        }
        return answer.body as KubeObject;
      });
      if (there) {
        return there;
      }
      await this.#wait(this.#retryMs);
    }
  }

  /** Does something, and again after a pause until it succeeds: the under cluster may be out of reach. */
  async #once<T>(action: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await action();
      } catch (error) {
        if (error instanceof GivenUp) {
          throw error;
        }
        await this.#wait(this.#retryMs);
      }
    }
  }

  #pause(): Promise<void> {
    return this.#wait(this.#stepMs);
  }

  async #wait(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#signal }).catch(() => {
      throw new GivenUp();
    });
  }

  /** The DataVolume as it is now. */
  async #isWanted(): Promise<KubeObject> {
    const { dataVolume } = this.#refused;
    const found = await this.#objects.find(dataVolume);
    if (
      !found ||
      found.metadata.uid !== dataVolume.metadata.uid ||
      found.metadata.deletionTimestamp
    ) {
      throw new GivenUp();
    }
    return found;
  }

  #claimed(charged: string) {
    const { name, namespace, labels } = this.#refused.dataVolume.metadata;
    return { name, namespace: `${namespace}`, labels: labels ?? {}, charged };
  }

  #targetClaim(): KubeObject {
    const { dataVolume, charged } = this.#refused;
    const claim = pendingClaim(
      {
        ...this.#claimed(charged),
        volumeMode: dataVolume.spec.storage.volumeMode ?? 'Filesystem',
        accessModes: ['ReadWriteOnce'],
      },
      this.#backend,
    );
    return ownedBy(claim, dataVolume);
  }

  /** A refusal in other words than the last one: CDI writes those down, and nothing if they are the same. */
  async #refuse(message: string): Promise<void> {
    const dataVolume = await this.#isWanted();
    const before = conditionOf(dataVolume, 'Bound', REASON)?.message ?? '';
    const told = before.replace(/persistentvolumeclaims "[^]*$/, '') + message;
    if (!REFUSAL.test(message) || before.replace(/\s+/g, ' ') === told) {
      return;
    }
    await this.#objects.patchStatus(dataVolume, {
      conditions: dataVolume.status.conditions.map((condition: Condition) =>
        condition.reason === REASON
          ? {
              ...condition,
              ...(condition.message !== undefined && { message: told }),
              lastHeartbeatTime: now(),
            }
          : condition,
      ),
    });
    const event = await this.#objects.refusalEvent(
      dataVolume,
      this.#refused.claim,
    );
    if (event) {
      await this.#objects.patch(event, {
        message,
        count: (event.count ?? 1) + 1,
        lastTimestamp: now(),
      });
    }
  }

  /** The worker VM that the volume is attached to: the first of its tenant cluster on a node that is well. */
  async #worker(): Promise<KubeObject | undefined> {
    const { namespace, labels } = this.#refused.dataVolume.metadata;
    const machines = await this.#objects.list(
      'kubevirt.io/v1',
      'VirtualMachineInstance',
      `${namespace}`,
    );
    const own = machines.filter(
      machine =>
        machine.metadata.labels?.['cluster.x-k8s.io/cluster-name'] ===
        labels?.['csi-driver/cluster'],
    );
    return (
      own.find(({ status }) => this.#backend.nodes.includes(status.nodeName)) ??
      own[0]
    );
  }

  async #bind(
    claim: KubeObject,
    persistentVolume: KubeObject,
    volume: MadeVolume,
  ): Promise<void> {
    const { namespace, name, uid } = claim.metadata;
    const { status, ...given } = persistentVolume;
    const bound = {
      ...given,
      spec: {
        ...given.spec,
        claimRef: { ...given.spec.claimRef, namespace, name, uid },
      },
    };
    if (await this.#objects.find(persistentVolume)) {
      await this.#objects.patch(persistentVolume, {
        spec: { claimRef: { ...bound.spec.claimRef, resourceVersion: null } },
      });
    } else {
      await this.#objects.created(bound);
    }
    await this.#objects.patchStatus(persistentVolume, status);
    const { status: claimStatus, ...rest } = bindingOf(
      volume,
      persistentVolume.metadata.name,
      this.#backend,
    );
    await this.#objects.patch(claim, rest);
    await this.#objects.patchStatus(claim, claimStatus);
  }

  async #attach(worker: KubeObject): Promise<void> {
    const { name } = this.#refused.dataVolume.metadata;
    const machine = await this.#objects.find(worker);
    if (!machine) {
      return;
    }
    const isOther = (each: { name: string }) => each.name !== name;
    const volumes = machine.spec.volumes.filter(isOther);
    const disks = machine.spec.domain.devices.disks.filter(isOther);
    const states = machine.status.volumeStatus.filter(isOther);
    const hotplugged = volumes.filter((each: { name: string }) =>
      each.name.startsWith('pvc-'),
    );
    const disk = attachedDisk(name, hotplugged.length);
    await this.#objects.patch(machine, {
      spec: {
        volumes: [...volumes, disk.volume],
        domain: { devices: { disks: [...disks, deviceOf(disk)] } },
      },
    });
    await this.#objects.patchStatus(machine, {
      volumeStatus: [...states, disk.status],
    });
  }

  /** Writes how far the DataVolume is, with an event of that. */
  async #tell(
    phase: string,
    bound: 'Bound' | 'Pending',
    message: string,
  ): Promise<void> {
    const dataVolume = await this.#isWanted();
    const { name } = dataVolume.metadata;
    const isDone = phase === 'Succeeded';
    const before: Condition[] = dataVolume.status?.conditions ?? [];
    await this.#objects.patchStatus(dataVolume, {
      phase,
      claimName: name,
      progress: PROGRESS[phase] ?? 'N/A',
      conditions: [
        {
          type: 'Bound',
          status: bound === 'Bound' ? 'True' : 'False',
          reason: bound,
          message: `PVC ${name} ${bound}`,
        },
        RUNNING[phase] ?? { type: 'Running', status: 'False' },
        { type: 'Ready', status: isDone ? 'True' : 'False' },
      ].map(condition => ({
        ...condition,
        lastHeartbeatTime: now(),
        lastTransitionTime:
          before.find(
            each =>
              each.type === condition.type && each.status === condition.status,
          )?.lastTransitionTime ?? now(),
      })),
    });
    await this.#event(
      dataVolume,
      'datavolume-import-controller',
      isDone ? 'ImportSucceeded' : phase,
      message,
    );
  }

  async #event(
    about: KubeObject,
    component: string,
    reason: string,
    message: string,
  ): Promise<void> {
    const { apiVersion, kind, metadata } = about;
    const { name, namespace, uid } = metadata;
    await this.#objects.created({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${reason.toLowerCase()}`, namespace },
      involvedObject: { apiVersion, kind, namespace, name, uid },
      type: 'Normal',
      reason,
      message,
      source: { component },
      count: 1,
      firstTimestamp: now(),
      lastTimestamp: now(),
    });
  }
}

/** The claim of the same size in which CDI fills a volume whose class is on a CSI driver. */
function primeClaim(target: KubeObject): KubeObject {
  const { namespace, uid, labels } = target.metadata;
  return ownedBy(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: `prime-${uid}`,
        namespace,
        labels: { app: labels?.app ?? 'containerized-data-importer' },
        annotations: {
          'cdi.kubevirt.io/storage.populator.kind': 'VolumeImportSource',
        },
      },
      spec: target.spec,
    },
    target,
  );
}

function ownedBy(object: KubeObject, owner: KubeObject): KubeObject {
  const { apiVersion, kind, metadata } = owner;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      name: object.metadata.name,
      ownerReferences: [
        {
          apiVersion,
          kind,
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
  };
}

export interface CdiOptions {
  cluster: UnderCluster;
  backend: Backend;
  /** How long it waits after a refusal; CDI itself waits longer each time, up to 1000 s. */
  retryMs?: number;
  /** How long each step of making a volume takes. */
  stepMs?: number;
}

/**
 * Starts what makes volumes in one under cluster. It sees to those that a quota has refused by now, and to nothing else: it tries again
 * until the API server admits the claim, then lets binding, filling and attaching take their course.
 */
export async function startCdi({
  cluster,
  backend,
  retryMs = 3_000,
  stepMs = 1_000,
}: CdiOptions): Promise<Cdi> {
  const stopping = new AbortController();
  const objects = new VolumeObjects(cluster);
  const working = (await refusedVolumes(cluster)).map(refused =>
    new VolumeMaker(refused, objects, {
      backend,
      retryMs,
      stepMs,
      signal: stopping.signal,
    }).run(),
  );
  return {
    async stop() {
      stopping.abort();
      await Promise.all(working);
    },
  };
}

/** A time as Kubernetes writes it: whole seconds. */
function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
