import { parseQuantity } from '@kmetal/backstage-plugin-tenant-storage-common';
import { KubeObject } from '@kmetal/under-cluster';
import { suffixOf, uidOf } from './uid';
import { Backend, healthyVolume } from './volume';

/**
 * Shorthand of the scenarios: a tenant cluster whose control plane, CSI controller, worker VMs and the volumes listed here
 * are well. What is not well is written out in full beside it.
 */
export interface TenantCluster extends KubeObject {
  apiVersion: 'demo.kmetal.io/v1';
  kind: 'TenantCluster';
  spec: {
    /** Kubernetes version of the tenant cluster. */
    version: string;
    /** One worker VM for each: the under cluster's node that it runs on. */
    workers: string[];
    /** Size of worker VMs' root disks if they are volumes of the tenants' class; else they are container disks. */
    rootDisks?: string;
    volumes?: Array<{
      /** `pvc-<uid>`; made up if absent. */
      name?: string;
      /** What the tenant asked for, such as `10Gi`. */
      size: string;
      createdTime: string;
      /** The worker VM it is attached to, counted from 1; on that VM's node without being attached if `attached` is false. */
      worker: number;
      attached?: boolean;
      volumeMode?: 'Filesystem' | 'Block';
    }>;
    /** Volumes that worker VMs wait for; they are written out in full. */
    awaited?: Array<{ volume: string; worker: number; message: string }>;
  };
}

const CSI_CONTAINERS = [
  'csi-provisioner',
  'csi-attacher',
  'csi-snapshotter',
  'csi-resizer',
  'csi-driver',
];

export function isTenantCluster(object: KubeObject): object is TenantCluster {
  return (
    object.apiVersion === 'demo.kmetal.io/v1' && object.kind === 'TenantCluster'
  );
}

/**
 * The Kubernetes objects that a tenant cluster stands for.
 *
 * @param ownCsiController - the scenario writes the CSI controller out itself
 */
export function expandTenantCluster(
  cluster: TenantCluster,
  backend: Backend,
  ownCsiController: boolean,
): KubeObject[] {
  const { name } = cluster.metadata;
  const namespace = cluster.metadata.namespace ?? '';
  const workers = cluster.spec.workers.map((node, index) => ({
    node,
    name: `${name}-worker-${index + 1}`,
  }));
  const workerOf = (number: number) => {
    const worker = workers[number - 1];
    if (!worker) {
      throw new Error(`${namespace}/${name} has no worker ${number}`);
    }
    return worker;
  };

  const volumes = (cluster.spec.volumes ?? []).map((volume, index) => ({
    ...volume,
    name:
      volume.name ??
      `pvc-${uidOf(backend.underCluster, namespace, name, index)}`,
    worker: workerOf(volume.worker),
  }));
  const rootDisks = cluster.spec.rootDisks;

  return [
    controlPlane(cluster, backend),
    ...(ownCsiController ? [] : csiController(cluster, backend)),
    ...workers.flatMap(worker => [
      workerVm(cluster, backend, worker, [
        rootDisks
          ? rootDiskOf(worker.name)
          : {
              volume: {
                name: 'rootdisk',
                containerDisk: {
                  image: `registry.example.com/kmetal/node:${cluster.spec.version}`,
                },
              },
              status: { name: 'rootdisk', target: 'vda' },
            },
        ...volumes
          .filter(
            ({ worker: { name: vm }, attached }) =>
              vm === worker.name && attached !== false,
          )
          .map((volume, index) => attachedDisk(volume.name, index)),
        ...(cluster.spec.awaited ?? [])
          .filter(awaited => workerOf(awaited.worker) === worker)
          .map(awaited => awaitedDisk(awaited.volume, awaited.message)),
      ]),
      ...(rootDisks
        ? healthyVolume(
            {
              name: `${worker.name}-rootdisk`,
              namespace,
              size: parseQuantity(rootDisks),
              createdTime: cluster.metadata.creationTimestamp,
              node: worker.node,
              labels: { 'kubevirt.io/created-by': worker.name },
              volumeMode: 'Filesystem',
            },
            backend,
          )
        : []),
    ]),
    ...volumes.flatMap(volume =>
      healthyVolume(
        {
          name: volume.name,
          namespace,
          size: parseQuantity(volume.size),
          createdTime: volume.createdTime,
          node: volume.worker.node,
          labels: { 'csi-driver/cluster': name },
          volumeMode: volume.volumeMode ?? 'Filesystem',
        },
        backend,
      ),
    ),
  ];
}

function controlPlane(cluster: TenantCluster, backend: Backend): KubeObject {
  const { name, namespace, creationTimestamp } = cluster.metadata;
  return {
    apiVersion: 'kamaji.clastix.io/v1alpha1',
    kind: 'TenantControlPlane',
    metadata: {
      name,
      namespace,
      uid: uidOf(
        backend.underCluster,
        'TenantControlPlane',
        `${namespace}`,
        name,
      ),
      creationTimestamp,
    },
    spec: {
      dataStore: 'default',
      controlPlane: {
        deployment: { replicas: 2 },
        service: { serviceType: 'LoadBalancer' },
      },
      kubernetes: {
        version: cluster.spec.version,
        kubelet: { cgroupfs: 'systemd' },
      },
    },
    status: {
      kubernetesResources: {
        version: { status: 'Ready', version: cluster.spec.version },
        deployment: { name, namespace, replicas: 2, readyReplicas: 2 },
      },
      kubeconfig: { admin: { secretName: `${name}-admin-kubeconfig` } },
    },
  };
}

function csiController(cluster: TenantCluster, backend: Backend): KubeObject[] {
  const { name, creationTimestamp } = cluster.metadata;
  const namespace = cluster.metadata.namespace ?? '';
  const deployment = `kubevirt-csi-controller-${name}`;
  const labels = { app: 'kubevirt-csi-controller' };
  // Several tenant clusters share a namespace, so the label alone would select the others' pods too.
  const matchLabels = { ...labels, 'csi-driver/cluster': name };
  const containers = CSI_CONTAINERS.map(container => ({
    name: container,
    image: `registry.example.com/kmetal/${container}:v1`,
  }));
  const key = [backend.underCluster, namespace, deployment];
  const hash = suffixOf(10, ...key);
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: deployment,
        namespace,
        uid: uidOf('Deployment', ...key),
        creationTimestamp,
        labels: matchLabels,
      },
      spec: {
        replicas: 2,
        selector: { matchLabels },
        template: { metadata: { labels: matchLabels }, spec: { containers } },
      },
      status: {
        observedGeneration: 1,
        replicas: 2,
        updatedReplicas: 2,
        readyReplicas: 2,
        availableReplicas: 2,
      },
    },
    ...[1, 2].map(replica => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${deployment}-${hash}-${suffixOf(5, ...key, replica)}`,
        namespace,
        uid: uidOf('Pod', ...key, replica),
        creationTimestamp,
        labels: { ...matchLabels, 'pod-template-hash': hash },
      },
      spec: {
        nodeName: backend.nodes[(replica - 1) % backend.nodes.length],
        containers,
      },
      status: {
        phase: 'Running',
        containerStatuses: containers.map(container => ({
          name: container.name,
          image: container.image,
          imageID: '',
          ready: true,
          started: true,
          restartCount: 0,
          state: { running: { startedAt: creationTimestamp } },
        })),
      },
    })),
  ];
}

export interface Disk {
  volume: Record<string, unknown> & { name: string };
  status: Record<string, unknown>;
}

function workerVm(
  cluster: TenantCluster,
  backend: Backend,
  worker: { name: string; node: string },
  disks: Disk[],
): KubeObject {
  const { name, namespace, creationTimestamp } = cluster.metadata;
  return {
    apiVersion: 'kubevirt.io/v1',
    kind: 'VirtualMachineInstance',
    metadata: {
      name: worker.name,
      namespace,
      uid: uidOf(
        backend.underCluster,
        'VirtualMachineInstance',
        `${namespace}`,
        worker.name,
      ),
      creationTimestamp,
      labels: {
        'cluster.x-k8s.io/cluster-name': name,
        'kubevirt.io/nodeName': worker.node,
      },
    },
    spec: {
      domain: {
        devices: {
          disks: disks.map(deviceOf),
        },
      },
      volumes: disks.map(({ volume }) => volume),
    },
    status: {
      phase: 'Running',
      nodeName: worker.node,
      volumeStatus: disks.map(({ status }) => status),
    },
  };
}

/** What the machine sees of a disk. */
export function deviceOf({ volume }: Disk) {
  return {
    name: volume.name,
    disk: { bus: volume.name.startsWith('pvc-') ? 'scsi' : 'virtio' },
  };
}

function rootDiskOf(vm: string): Disk {
  const name = `${vm}-rootdisk`;
  return {
    volume: { name: 'rootdisk', dataVolume: { name } },
    status: {
      name: 'rootdisk',
      target: 'vda',
      persistentVolumeClaimInfo: { claimName: name },
    },
  };
}

/** A volume on a worker VM, in use: the hot-plugged disk in its spec and what KubeVirt says of it. */
export function attachedDisk(volume: string, index: number): Disk {
  return {
    volume: {
      name: volume,
      dataVolume: { name: volume, hotpluggable: true },
    },
    status: {
      name: volume,
      target: `sd${String.fromCharCode(97 + index)}`,
      phase: 'Ready',
      reason: 'VolumeReady',
      message: `Successfully attach hotplugged volume ${volume} to VM`,
      hotplugVolume: { attachPodName: `hp-volume-${suffixOf(5, volume)}` },
      persistentVolumeClaimInfo: { claimName: volume },
    },
  };
}

function awaitedDisk(volume: string, message: string): Disk {
  return {
    volume: {
      name: volume,
      dataVolume: { name: volume, hotpluggable: true },
    },
    status: {
      name: volume,
      target: '',
      phase: 'Pending',
      reason: 'PVCNotReady',
      message,
      hotplugVolume: {},
    },
  };
}
