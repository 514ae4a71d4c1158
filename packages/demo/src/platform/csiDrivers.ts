import { KubeObject } from '@kmetal/under-cluster';
import { Rendered } from './charts';
import { collectionOf } from './helm';
import { LiveObjects } from './liveObjects';

const STORAGE = '/apis/storage.k8s.io/v1';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

interface NodeDriver {
  name: string;
  nodeID: string;
}

/**
 * A stand-in for the pods of CSI drivers and for the kubelets: a driver's objects come a moment after its chart, it registers on the workers that are ready
 * another moment later, and then makes volumes for claims that wait for no pod.
 */
export class CsiDrivers {
  readonly #objects: LiveObjects;
  readonly #momentMs: number;
  /** When a driver's pods were started, by the driver's name. */
  readonly #started = new Map<string, number>();
  /** What the pods of a driver made, to be taken away with it. */
  readonly #running = new Map<string, Rendered>();

  constructor(objects: LiveObjects, momentMs: number) {
    this.#objects = objects;
    this.#momentMs = momentMs;
  }

  async turn(running: readonly Rendered[]): Promise<void> {
    const registered: string[] = [];
    for (const rendered of running) {
      for (const driver of rendered.drivers) {
        const age = this.#ageOf(driver);
        this.#running.set(driver, rendered);
        if (age >= this.#momentMs) {
          await this.#make(rendered.madeByPods);
        }
        if (age >= 2 * this.#momentMs) {
          await this.#register(driver);
          registered.push(driver);
        }
      }
    }
    const wanted = running.flatMap(({ drivers }) => drivers);
    for (const driver of [...this.#running.keys()]) {
      if (!wanted.includes(driver)) {
        await this.#unregister(driver);
        this.#running.delete(driver);
        this.#started.delete(driver);
      }
    }
    if (registered.length > 0) {
      await this.#provision(registered);
    }
  }

  #ageOf(driver: string): number {
    const started = this.#started.get(driver) ?? Date.now();
    this.#started.set(driver, started);
    return Date.now() - started;
  }

  async #make(objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects) {
      await this.#objects.create(collectionOf(object), object);
    }
  }

  async #register(driver: string): Promise<void> {
    const nodes = await this.#objects.list('/api/v1/nodes');
    const csiNodes = await this.#objects.list(`${STORAGE}/csinodes`);
    for (const { metadata } of nodes.filter(isReadyWorker)) {
      const found = csiNodes.find(each => each.metadata.name === metadata.name);
      const drivers: NodeDriver[] = found?.spec.drivers ?? [];
      if (drivers.some(({ name }) => name === driver)) {
        continue;
      }
      const spec = {
        drivers: [
          ...drivers,
          { name: driver, nodeID: metadata.name, topologyKeys: [] },
        ],
      };
      if (found) {
        await this.#objects.patch(`${STORAGE}/csinodes/${metadata.name}`, {
          metadata: { resourceVersion: found.metadata.resourceVersion },
          spec,
        });
      } else {
        await this.#objects.create(`${STORAGE}/csinodes`, {
          apiVersion: 'storage.k8s.io/v1',
          kind: 'CSINode',
          metadata: { name: metadata.name },
          spec,
        });
      }
    }
  }

  async #unregister(driver: string): Promise<void> {
    for (const { metadata, spec } of await this.#objects.list(
      `${STORAGE}/csinodes`,
    )) {
      const drivers: NodeDriver[] = spec.drivers ?? [];
      if (drivers.some(({ name }) => name === driver)) {
        await this.#objects.patch(`${STORAGE}/csinodes/${metadata.name}`, {
          metadata: { resourceVersion: metadata.resourceVersion },
          spec: { drivers: drivers.filter(({ name }) => name !== driver) },
        });
      }
    }
  }

  /** Makes volumes for claims, and takes those away whose claim is gone. */
  async #provision(drivers: readonly string[]): Promise<void> {
    const classes = new Map(
      (await this.#objects.list(`${STORAGE}/storageclasses`))
        .filter(({ provisioner }) => drivers.includes(provisioner))
        .map(each => [each.metadata.name, each]),
    );
    const claims = await this.#objects.list('/api/v1/persistentvolumeclaims');
    for (const claim of claims) {
      const storageClass = classes.get(claim.spec.storageClassName);
      if (
        claim.status?.phase === 'Pending' &&
        !claim.metadata.deletionTimestamp &&
        storageClass?.volumeBindingMode === 'Immediate'
      ) {
        await this.#bind(claim, storageClass);
      }
    }
    const uids = new Set(claims.map(({ metadata }) => metadata.uid));
    for (const { metadata, spec } of await this.#objects.list(
      '/api/v1/persistentvolumes',
    )) {
      if (
        drivers.includes(spec.csi?.driver) &&
        spec.persistentVolumeReclaimPolicy === 'Delete' &&
        metadata.annotations?.[PROVISIONED_BY] === spec.csi.driver &&
        spec.claimRef &&
        !uids.has(spec.claimRef.uid)
      ) {
        await this.#objects.remove(
          `/api/v1/persistentvolumes/${metadata.name}`,
        );
      }
    }
  }

  async #bind(claim: KubeObject, storageClass: KubeObject): Promise<void> {
    const { namespace, name, uid } = claim.metadata;
    const { provisioner, reclaimPolicy } = storageClass;
    const capacity = { storage: claim.spec.resources.requests.storage };
    const { accessModes, volumeMode } = claim.spec;
    const volume = `pvc-${uid}`;
    await this.#objects.create('/api/v1/persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: volume,
        annotations: { [PROVISIONED_BY]: provisioner },
      },
      spec: {
        accessModes,
        volumeMode,
        capacity,
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          namespace,
          name,
          uid,
        },
        csi: { driver: provisioner, volumeHandle: volume },
        persistentVolumeReclaimPolicy: reclaimPolicy,
        storageClassName: storageClass.metadata.name,
      },
    });
    await this.#objects.patch(`/api/v1/persistentvolumes/${volume}/status`, {
      status: { phase: 'Bound' },
    });
    const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
    await this.#objects.patch(path, {
      metadata: {
        annotations: {
          'pv.kubernetes.io/bind-completed': 'yes',
          'pv.kubernetes.io/bound-by-controller': 'yes',
          'volume.kubernetes.io/storage-provisioner': provisioner,
        },
      },
      spec: { volumeName: volume },
    });
    await this.#objects.patch(`${path}/status`, {
      status: { phase: 'Bound', accessModes, capacity },
    });
  }
}

/** Pods of a driver run there: not on the control plane, whose taint they do not tolerate, nor where no kubelet answers. */
function isReadyWorker({ metadata, status }: KubeObject): boolean {
  return (
    metadata.labels?.['node-role.kubernetes.io/control-plane'] === undefined &&
    (status?.conditions ?? []).some(
      (each: { type: string; status: string }) =>
        each.type === 'Ready' && each.status === 'True',
    )
  );
}
