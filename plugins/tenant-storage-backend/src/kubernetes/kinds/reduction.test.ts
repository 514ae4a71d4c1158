import { parse } from 'yaml';
import type { KindName, RecordsByKind } from '../../inventory/records';
import { settingsOf } from '../underClusterConfig';
import { kindNames, watchedKinds } from '.';
import { isObject } from './rawObject';

const settings = settingsOf(
  { name: 'under-1', connection: { type: 'inCluster' } },
  {},
);

function reduce<K extends KindName>(
  kind: K,
  yaml: string,
): RecordsByKind[K] | undefined {
  const raw: unknown = parse(yaml);
  if (!isObject(raw)) throw new Error('Not an object');
  return watchedKinds[kind].reduce(raw, settings);
}

const created = Date.parse('2026-02-01T08:00:00Z');
const UID = '2c9f3f0a-6f3e-4a57-9f1e-0d9a5a1b7c11';

describe('What is kept', () => {
  it('of a namespace: its owner, from the annotation or else the label', () => {
    const namespace = (metadata: string) =>
      reduce(
        'Namespace',
        `
apiVersion: v1
kind: Namespace
metadata:
  name: alpha
  uid: ${UID}
  creationTimestamp: "2026-02-01T08:00:00Z"
  ${metadata}
status: {phase: Active}
`,
      );
    expect(
      namespace('annotations: {kmetal.io/owner: group:default/team-alpha}'),
    ).toEqual({
      uid: UID,
      name: 'alpha',
      createdAt: created,
      owner: 'group:default/team-alpha',
    });
    expect(namespace('labels: {kmetal.io/owner: team-alpha}')?.owner).toBe(
      'team-alpha',
    );
    expect(namespace('labels: {}')).not.toHaveProperty('owner');
  });

  it('of a quota: its storage keys as written, and whether it has scopes', () => {
    const quota = reduce(
      'ResourceQuota',
      `
metadata: {name: alpha-storage, namespace: alpha, uid: ${UID}, creationTimestamp: "2026-02-01T08:00:00Z"}
spec:
  hard:
    pods: "10"
    requests.cpu: "4"
    requests.storage: 50Gi
    persistentvolumeclaims: 10
    count/persistentvolumeclaims: "12"
    count/secrets: "5"
    tenant-storage-class.storageclass.storage.k8s.io/requests.storage: 10Gi
    tenant-storage-class.storageclass.storage.k8s.io/persistentvolumeclaims: "5"
status:
  used:
    pods: "3"
    tenant-storage-class.storageclass.storage.k8s.io/requests.storage: "11381663334"
`,
    );
    expect(quota).toEqual({
      uid: UID,
      name: 'alpha-storage',
      namespace: 'alpha',
      createdAt: created,
      hard: {
        'requests.storage': '50Gi',
        persistentvolumeclaims: '10',
        'count/persistentvolumeclaims': '12',
        'tenant-storage-class.storageclass.storage.k8s.io/requests.storage':
          '10Gi',
        'tenant-storage-class.storageclass.storage.k8s.io/persistentvolumeclaims':
          '5',
      },
      used: {
        'tenant-storage-class.storageclass.storage.k8s.io/requests.storage':
          '11381663334',
      },
      scoped: false,
    });
    expect(quota).not.toHaveProperty('labels');
    const scoped = (spec: string) =>
      reduce('ResourceQuota', `{metadata: {name: q, uid: u}, spec: ${spec}}`)
        ?.scoped;
    expect(scoped('{scopes: [Terminating]}')).toBe(true);
    expect(
      scoped(
        '{scopeSelector: {matchExpressions: [{scopeName: PriorityClass}]}}',
      ),
    ).toBe(true);
  });

  it('of a claim: sizes in bytes, modes, phase, node, owner, finalizers, tenant cluster', () => {
    expect(
      reduce(
        'PersistentVolumeClaim',
        `
metadata:
  name: pvc-${UID}
  namespace: alpha
  uid: c1
  creationTimestamp: "2026-02-01T08:00:00Z"
  deletionTimestamp: "2026-02-01T08:00:30Z"
  labels: {csi-driver/cluster: blue, app: containerized-data-importer}
  annotations:
    volume.kubernetes.io/selected-node: w1
    cdi.kubevirt.io/storage.pod.phase: Succeeded
  finalizers: [kubernetes.io/pvc-protection]
  ownerReferences:
    - {apiVersion: v1, kind: Pod, name: other, uid: o0}
    - {apiVersion: cdi.kubevirt.io/v1beta1, kind: DataVolume, name: pvc-${UID}, uid: d1, controller: true}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: "11381663334"}}
  storageClassName: tenant-storage-class
  volumeMode: Filesystem
  volumeName: pvc-9
status:
  phase: Bound
  accessModes: [ReadWriteOnce]
  allocatedResources: {storage: 20Gi}
  capacity: {storage: 10.6Gi}
  conditions:
    - {type: Resizing, status: "True", lastTransitionTime: "2026-02-01T09:00:00Z", message: resizing}
`,
      ),
    ).toEqual({
      uid: 'c1',
      name: `pvc-${UID}`,
      namespace: 'alpha',
      createdAt: created,
      deletedAt: created + 30_000,
      storageClass: 'tenant-storage-class',
      volumeMode: 'Filesystem',
      accessModes: ['ReadWriteOnce'],
      requested: 11381663334n,
      allocated: 20n * 1024n ** 3n,
      // 10.6Gi is not a whole number of bytes: not known, rather than nearly.
      phase: 'Bound',
      volume: 'pvc-9',
      selectedNode: 'w1',
      conditions: [
        {
          type: 'Resizing',
          status: 'True',
          message: 'resizing',
          at: created + 3600_000,
        },
      ],
      owner: { kind: 'DataVolume', name: `pvc-${UID}`, uid: 'd1' },
      finalizers: ['kubernetes.io/pvc-protection'],
      tenantCluster: 'blue',
    });
  });

  it.each(['5gi', '-', '1e400000', '5Gi\\nfoo: bar', '５Gi', 'NaN', ''])(
    'of a claim with the malformed size %j: no size, and the rest',
    size => {
      const claim = reduce(
        'PersistentVolumeClaim',
        `{metadata: {name: a, uid: u}, spec: {resources: {requests: {storage: "${size}"}}}, status: {phase: Pending}}`,
      );
      expect(claim).toMatchObject({ name: 'a', phase: 'Pending' });
      expect(claim).not.toHaveProperty('requested');
    },
  );

  it('of a volume: its claim, and the one node that it can be on', () => {
    const volume = (affinity: string) =>
      reduce(
        'PersistentVolume',
        `
metadata:
  name: pvc-9
  uid: v1
  creationTimestamp: "2026-02-01T08:00:00Z"
  annotations: {pv.kubernetes.io/provisioned-by: cluster.local/local-path-provisioner}
spec:
  accessModes: [ReadWriteOnce]
  capacity: {storage: 10Gi}
  claimRef: {apiVersion: v1, kind: PersistentVolumeClaim, namespace: alpha, name: pvc-1, uid: c1}
  hostPath: {path: /var/data/tenant/pvc-9, type: DirectoryOrCreate}
  nodeAffinity: ${affinity}
  persistentVolumeReclaimPolicy: Delete
  storageClassName: tenant-storage-class
status: {phase: Failed, reason: VolumeFailedDelete, message: no such class}
`,
      );
    const hostname = (nodes: string) =>
      `{required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: ${nodes}}]}]}}`;
    expect(volume(hostname('[w1]'))).toEqual({
      uid: 'v1',
      name: 'pvc-9',
      createdAt: created,
      storageClass: 'tenant-storage-class',
      phase: 'Failed',
      capacity: 10n * 1024n ** 3n,
      claim: { namespace: 'alpha', name: 'pvc-1', uid: 'c1' },
      node: 'w1',
      provisionedBy: 'cluster.local/local-path-provisioner',
      reclaimPolicy: 'Delete',
      reason: 'VolumeFailedDelete',
      message: 'no such class',
    });
    expect(volume(hostname('[w1, w2]'))).not.toHaveProperty('node');
    expect(
      volume(
        '{required: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [w2]}]}]}}',
      )?.node,
    ).toBe('w2');
    expect(
      volume(
        '{required: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]}}',
      ),
    ).not.toHaveProperty('node');
    expect(
      reduce(
        'PersistentVolume',
        '{metadata: {name: p, uid: u}, spec: {csi: {driver: rook-ceph.rbd.csi.ceph.com, volumeHandle: h}}}',
      )?.csiDriver,
    ).toBe('rook-ceph.rbd.csi.ceph.com');
  });

  it('of a class: provisioner, what it allows, whether it is the default', () => {
    expect(
      reduce(
        'StorageClass',
        `
metadata:
  name: tenant-storage-class
  uid: s
  creationTimestamp: "2026-02-01T08:00:00Z"
  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
provisioner: cluster.local/local-path-provisioner
parameters: {secret: x}
reclaimPolicy: Delete
volumeBindingMode: WaitForFirstConsumer
allowVolumeExpansion: true
`,
      ),
    ).toEqual({
      uid: 's',
      name: 'tenant-storage-class',
      createdAt: created,
      provisioner: 'cluster.local/local-path-provisioner',
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
      isDefault: true,
    });
  });

  it('of a node: whether it is ready, cordoned, out of disk; and that it does not say', () => {
    expect(
      reduce(
        'Node',
        `
metadata: {name: w1, uid: n}
spec: {unschedulable: true}
status:
  conditions:
    - {type: DiskPressure, status: "True"}
    - {type: Ready, status: Unknown}
`,
      ),
    ).toMatchObject({ ready: false, unschedulable: true, diskPressure: true });
    expect(reduce('Node', '{metadata: {name: w1, uid: n}}')).not.toHaveProperty(
      'ready',
    );
  });

  it.each([
    ['PersistentVolumeClaim', 'pvc-1', 'WaitForFirstConsumer', '', true],
    ['DataVolume', 'pvc-1', 'ErrExceededQuota', '', true],
    ['PersistentVolume', 'pv', 'VolumeFailedDelete', '', true],
    ['Pod', 'virt-launcher-w1', 'FailedMount', '', true],
    ['Pod', 'virt-launcher-w1', 'FailedAttachVolume', '', true],
    [
      'Pod',
      'virt-launcher-w1',
      'FailedScheduling',
      'had volume node affinity conflict',
      true,
    ],
    ['Pod', 'virt-launcher-w1', 'FailedScheduling', 'Insufficient cpu', false],
    ['Pod', 'web-1', 'Pulled', '', false],
    ['Pod', 'importer-prime-1', 'BackOff', '', true],
    ['Pod', 'helper-pod-create-pvc-1', 'Failed', '', true],
    ['Pod', 'kubevirt-csi-controller-blue-5d', 'BackOff', '', true],
    ['ReplicaSet', 'kubevirt-csi-controller-blue-5d', 'FailedCreate', '', true],
    ['ReplicaSet', 'web', 'FailedCreate', '', false],
    ['VirtualMachineInstance', 'blue-w1', 'VolumeReady', '', true],
    ['VirtualMachineInstance', 'blue-w1', 'Migrated', '', false],
    ['Node', 'w1', 'NodeReady', '', false],
  ])(
    'of an event about %s %s (%s %s): all of it if it is about storage: %s',
    (kind, name, reason, message, kept) => {
      const event = reduce(
        'Event',
        `
metadata: {name: e, namespace: alpha, uid: e1, creationTimestamp: "2026-02-01T08:00:00Z"}
involvedObject: {kind: ${kind}, namespace: alpha, name: ${name}, uid: o1}
type: Warning
reason: ${reason}
message: ${JSON.stringify(message)}
count: 3
firstTimestamp: "2026-02-01T08:00:00Z"
lastTimestamp: "2026-02-01T08:10:00Z"
`,
      );
      expect(event).toEqual(
        kept
          ? {
              uid: 'e1',
              name: 'e',
              namespace: 'alpha',
              createdAt: created,
              type: 'Warning',
              reason,
              message,
              regarding: { kind, namespace: 'alpha', name, uid: 'o1' },
              count: 3,
              lastSeenAt: created + 600_000,
            }
          : undefined,
      );
    },
  );

  it('of a long event: its first 1,024 characters, and the times of newer recorders', () => {
    const event = reduce(
      'Event',
      `
metadata: {name: e, namespace: alpha, uid: e1, creationTimestamp: "2026-02-01T08:00:00Z"}
involvedObject: {kind: PersistentVolumeClaim, name: pvc-1}
reason: ProvisioningFailed
message: ${'x'.repeat(5000)}
eventTime: "2026-02-01T08:00:01.000000Z"
series: {count: 7, lastObservedTime: "2026-02-01T08:01:00.000000Z"}
`,
    );
    expect(event?.message).toHaveLength(1024);
    expect(event).toMatchObject({ count: 7, lastSeenAt: created + 60_000 });
  });

  it('of a CSI controller: replicas ready and desired, and what ails its containers', () => {
    expect(
      reduce(
        'Deployment',
        `
metadata: {name: kubevirt-csi-controller-blue, namespace: alpha, uid: d}
spec:
  replicas: 2
  selector: {matchLabels: {app: kubevirt-csi-controller, cluster: blue}}
  template: {spec: {containers: [{env: [{name: X, value: secret}]}]}}
status: {replicas: 2, readyReplicas: 1}
`,
      ),
    ).toEqual({
      uid: 'd',
      name: 'kubevirt-csi-controller-blue',
      namespace: 'alpha',
      createdAt: 0,
      desired: 2,
      ready: 1,
      selector: { app: 'kubevirt-csi-controller', cluster: 'blue' },
    });
    expect(
      reduce(
        'Pod',
        `
metadata: {name: p, namespace: alpha, uid: p, labels: {app: kubevirt-csi-controller}}
spec: {nodeName: w1}
status:
  phase: Running
  containerStatuses:
    - name: csi-driver
      ready: true
      restartCount: 0
      state: {running: {startedAt: "2026-02-01T08:00:00Z"}}
    - name: csi-resizer
      ready: false
      restartCount: 17
      lastState: {terminated: {reason: Error, exitCode: 1}}
      state: {waiting: {reason: CrashLoopBackOff, message: back-off 5m0s}}
    - name: csi-attacher
      ready: false
      restartCount: 1
      state: {terminated: {reason: OOMKilled, exitCode: 137}}
`,
      ),
    ).toEqual({
      uid: 'p',
      name: 'p',
      namespace: 'alpha',
      createdAt: 0,
      labels: { app: 'kubevirt-csi-controller' },
      phase: 'Running',
      node: 'w1',
      containers: [
        { name: 'csi-driver', ready: true, restarts: 0 },
        {
          name: 'csi-resizer',
          ready: false,
          restarts: 17,
          reason: 'CrashLoopBackOff',
          message: 'back-off 5m0s',
        },
        {
          name: 'csi-attacher',
          ready: false,
          restarts: 1,
          reason: 'OOMKilled',
        },
      ],
    });
  });

  it('of a DataVolume: phase, progress and what it asks for, by either form of its spec', () => {
    expect(
      reduce(
        'DataVolume',
        `
metadata:
  name: pvc-${UID}
  namespace: alpha
  uid: dv
  labels: {csi-driver/cluster: blue}
spec:
  source: {http: {url: "https://user:secret@example.com/x"}}
  storage:
    accessModes: [ReadWriteOnce]
    volumeMode: Filesystem
    storageClassName: tenant-storage-class
    resources: {requests: {storage: 10Gi}}
status:
  claimName: pvc-${UID}
  phase: ImportInProgress
  progress: 42.0%
  restartCount: 2
  conditions: [{type: Running, status: "False", reason: Unschedulable, message: no node, lastHeartbeatTime: "2026-02-01T08:00:00Z"}]
`,
      ),
    ).toEqual({
      uid: 'dv',
      name: `pvc-${UID}`,
      namespace: 'alpha',
      createdAt: 0,
      phase: 'ImportInProgress',
      progress: '42.0%',
      restartCount: 2,
      conditions: [
        {
          type: 'Running',
          status: 'False',
          reason: 'Unschedulable',
          message: 'no node',
          at: created,
        },
      ],
      requested: 10n * 1024n ** 3n,
      storageClass: 'tenant-storage-class',
      volumeMode: 'Filesystem',
      accessModes: ['ReadWriteOnce'],
      claim: `pvc-${UID}`,
      tenantCluster: 'blue',
    });
    expect(
      reduce(
        'DataVolume',
        '{metadata: {name: d, uid: u}, spec: {pvc: {storageClassName: a, accessModes: [ReadWriteMany], volumeMode: Block, resources: {requests: {storage: 1Gi}}}}}',
      ),
    ).toMatchObject({
      requested: 1024n ** 3n,
      storageClass: 'a',
      volumeMode: 'Block',
      accessModes: ['ReadWriteMany'],
      claim: 'd',
    });
  });

  it("of CDI: profiles as pinned and as used, whether it runs, and the filesystem's overhead", () => {
    expect(
      reduce(
        'StorageProfile',
        `
metadata: {name: tenant-storage-class, uid: sp}
spec: {claimPropertySets: [{accessModes: [ReadWriteOnce], volumeMode: Filesystem}]}
status:
  provisioner: cluster.local/local-path-provisioner
  claimPropertySets: [{accessModes: [ReadWriteMany], volumeMode: Block}, {accessModes: [ReadWriteOnce]}]
`,
      ),
    ).toMatchObject({
      pinned: [{ accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }],
      effective: [
        { accessModes: ['ReadWriteMany'], volumeMode: 'Block' },
        { accessModes: ['ReadWriteOnce'] },
      ],
      provisioner: 'cluster.local/local-path-provisioner',
    });
    expect(
      reduce(
        'CDI',
        '{metadata: {name: cdi, uid: c}, status: {phase: Deployed, observedVersion: v1.63.0}}',
      ),
    ).toMatchObject({ phase: 'Deployed', version: 'v1.63.0' });
    expect(
      reduce(
        'CDIConfig',
        '{metadata: {name: config, uid: c}, status: {filesystemOverhead: {global: "0.06", storageClass: {tenant-storage-class: "0.055", local-path: 0.06}}}}',
      ),
    ).toMatchObject({
      overheadGlobal: '0.06',
      overheadByClass: {
        'tenant-storage-class': '0.055',
        'local-path': '0.06',
      },
    });
  });

  it('of a tenant control plane: version and status, and no word of its kubeconfig', () => {
    const record = reduce(
      'TenantControlPlane',
      `
metadata: {name: blue, namespace: alpha, uid: t, creationTimestamp: "2026-02-01T08:00:00Z"}
spec: {kubernetes: {version: v1.31.0}}
status:
  kubeconfig: {admin: {secretName: blue-admin-kubeconfig}}
  kubernetesResources: {version: {status: Ready, version: v1.30.2}}
`,
    );
    expect(record).toEqual({
      uid: 't',
      name: 'blue',
      namespace: 'alpha',
      createdAt: created,
      status: 'Ready',
      version: 'v1.30.2',
    });
  });

  it('of a virtual machine instance: volumes of claims with their status, and nothing of cloud-init', () => {
    const record = reduce(
      'VirtualMachineInstance',
      `
metadata: {name: blue-w1, namespace: alpha, uid: vmi}
spec:
  domain: {devices: {}}
  volumes:
    - {name: root, dataVolume: {name: blue-w1-root}}
    - {name: pvc-1, persistentVolumeClaim: {claimName: pvc-1, hotpluggable: true}}
    - {name: cloudinit, cloudInitNoCloud: {userData: "password: hunter2"}}
    - {name: image, containerDisk: {image: x}}
status:
  phase: Running
  nodeName: w1
  volumeStatus:
    - {name: root, target: vda}
    - name: pvc-1
      target: sda
      phase: Pending
      reason: PVCNotReady
      message: PVC is in phase ClaimPending
      hotplugVolume: {attachPodName: hp-1, attachPodUID: x}
      persistentVolumeClaimInfo: {claimName: pvc-1}
    - {name: pvc-2, phase: Detaching, hotplugVolume: {}, persistentVolumeClaimInfo: {claimName: pvc-2}}
    - {name: cloudinit, size: 1048576}
`,
    );
    expect(record).toEqual({
      uid: 'vmi',
      name: 'blue-w1',
      namespace: 'alpha',
      createdAt: 0,
      phase: 'Running',
      node: 'w1',
      volumes: [
        { name: 'root', claim: 'blue-w1-root', hotplugged: false },
        {
          name: 'pvc-1',
          claim: 'pvc-1',
          phase: 'Pending',
          reason: 'PVCNotReady',
          message: 'PVC is in phase ClaimPending',
          hotplugged: true,
        },
        {
          name: 'pvc-2',
          claim: 'pvc-2',
          phase: 'Detaching',
          hotplugged: true,
        },
      ],
    });
    expect(JSON.stringify(record)).not.toContain('hunter2');
  });

  it('of a quota: who applies it, and no other label or annotation', () => {
    expect(
      reduce(
        'ResourceQuota',
        `
metadata:
  name: alpha-storage
  namespace: alpha
  uid: ${UID}
  labels:
    team: alpha
    app.kubernetes.io/managed-by: Helm
    kustomize.toolkit.fluxcd.io/name: tenants
    kustomize.toolkit.fluxcd.io/namespace: flux-system
    helm.toolkit.fluxcd.io/name: kmetal
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: "{}"
    meta.helm.sh/release-name: kmetal
    meta.helm.sh/release-namespace: kmetal-system
`,
      ),
    ).toMatchObject({
      labels: {
        'app.kubernetes.io/managed-by': 'Helm',
        'helm.toolkit.fluxcd.io/name': 'kmetal',
        'kustomize.toolkit.fluxcd.io/name': 'tenants',
        'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
      },
      annotations: {
        'meta.helm.sh/release-name': 'kmetal',
        'meta.helm.sh/release-namespace': 'kmetal-system',
      },
    });
  });

  it("of Flux's Kustomization: how far it is, and nothing of what it substitutes", () => {
    const record = reduce(
      'Kustomization',
      `
metadata: {name: tenants, namespace: flux-system, uid: ${UID}}
spec:
  path: ./clusters/muc-1
  suspend: true
  postBuild: {substitute: {password: hunter2}}
  sourceRef: {kind: GitRepository, name: fleet}
status:
  lastAppliedRevision: main@sha1:aaa
  lastAttemptedRevision: main@sha1:bbb
  conditions:
    - {type: Reconciling, status: "True"}
    - type: Ready
      status: "False"
      reason: ReconciliationFailed
      message: "ResourceQuota/alpha/alpha-storage dry-run failed"
      lastTransitionTime: "2026-02-01T08:00:00Z"
`,
    );
    expect(record).toEqual({
      uid: UID,
      name: 'tenants',
      namespace: 'flux-system',
      createdAt: 0,
      path: './clusters/muc-1',
      source: 'GitRepository/fleet',
      prune: false,
      wait: false,
      force: false,
      suspended: true,
      lastAppliedRevision: 'main@sha1:aaa',
      lastAttemptedRevision: 'main@sha1:bbb',
      ready: {
        status: 'False',
        reason: 'ReconciliationFailed',
        message: 'ResourceQuota/alpha/alpha-storage dry-run failed',
        since: created,
      },
    });
    expect(
      reduce('Kustomization', `metadata: {name: new, uid: ${UID}}`),
    ).toMatchObject({ suspended: false, ready: null });
  });

  it('of the capacity of a class: how much, and from where', () => {
    const capacity = (more: string) =>
      reduce(
        'CSIStorageCapacity',
        `{metadata: {name: csisc-1, namespace: rook-ceph, uid: u}, ${more}}`,
      );
    expect(
      capacity(
        'storageClassName: tenant-storage-class, capacity: 2Ti, nodeTopology: {matchLabels: {zone: a}, matchExpressions: [{key: host, operator: In, values: [w1, w2]}]}',
      ),
    ).toMatchObject({
      storageClass: 'tenant-storage-class',
      capacity: 2n * 1024n ** 4n,
      topology: 'host In (w1, w2), zone=a',
    });
    expect(capacity('storageClassName: other')).toMatchObject({
      capacity: null,
    });
    expect(capacity('capacity: 1Gi')).toBeUndefined();
  });

  it("of a Kustomization's source and ways: what decides about what it applies", () => {
    expect(
      reduce(
        'Kustomization',
        `
metadata: {name: storage, namespace: flux-system, uid: ${UID}}
spec: {prune: true, wait: true, force: true, sourceRef: {kind: GitRepository, namespace: platform, name: fleet}}
`,
      ),
    ).toMatchObject({
      source: 'GitRepository/platform/fleet',
      prune: true,
      wait: true,
      force: true,
    });
  });

  it('of a class: its parameters but for what may be a secret, and who applies it', () => {
    const record = reduce(
      'StorageClass',
      `
metadata:
  name: tenant-storage-class
  uid: ${UID}
  labels: {team: x, app.kubernetes.io/managed-by: Helm}
  annotations:
    storageclass.kubevirt.io/is-default-virt-class: "true"
    helm.sh/resource-policy: keep
    meta.helm.sh/release-name: local-path-provisioner
    kubectl.kubernetes.io/last-applied-configuration: "{}"
provisioner: rook-ceph.rbd.csi.ceph.com
parameters:
  pool: replicapool
  csi.storage.k8s.io/provisioner-secret-name: rook-csi-rbd-provisioner
  restuserkey: hunter2
  Password: hunter2
`,
    );
    expect(record).toMatchObject({
      parameters: {
        pool: 'replicapool',
        'csi.storage.k8s.io/provisioner-secret-name':
          'rook-csi-rbd-provisioner',
      },
      isDefaultVirt: true,
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        'helm.sh/resource-policy': 'keep',
        'meta.helm.sh/release-name': 'local-path-provisioner',
      },
    });
    expect(JSON.stringify(record)).not.toMatch(/hunter2|last-applied|team/);
  });

  it('of a node: whether it is of the control plane, by a label without a value', () => {
    const node = (label: string) =>
      reduce('Node', `metadata: {name: c1, uid: u, labels: {"${label}": ""}}`)
        ?.controlPlane;
    expect(node('node-role.kubernetes.io/control-plane')).toBe(true);
    expect(node('node-role.kubernetes.io/master')).toBe(true);
    expect(node('node-role.kubernetes.io/worker')).toBeUndefined();
  });

  it('of the CSI drivers of a node: their names', () => {
    expect(
      reduce(
        'CSINode',
        `{metadata: {name: w1, uid: u}, spec: {drivers: [{name: driver.longhorn.io, nodeID: x}, {nodeID: y}]}}`,
      ),
    ).toMatchObject({ name: 'w1', drivers: ['driver.longhorn.io'] });
    expect(
      reduce('CSINode', '{metadata: {name: w1, uid: u}, spec: {drivers: null}}')
        ?.drivers,
    ).toEqual([]);
  });

  it("of Flux's HelmRelease: the chart and how it went, and never its values", () => {
    const record = reduce(
      'HelmRelease',
      `
metadata: {name: local-path-provisioner, namespace: kmetal-flux, uid: ${UID}, generation: 3, labels: {kustomize.toolkit.fluxcd.io/name: platform}}
spec:
  targetNamespace: kmetal-local-path-storage
  chart: {spec: {chart: local-path-provisioner, version: 0.0.x, sourceRef: {name: x}}}
  driftDetection: {mode: enabled}
  values: {password: hunter2}
  valuesFrom: [{kind: Secret, name: hunter2}]
  postRenderers: [{kustomize: {patches: [{patch: hunter2}]}}]
status:
  observedGeneration: 3
  history:
    - {name: local-path, chartName: local-path-provisioner, chartVersion: 0.0.30, configDigest: "sha256:hunter2"}
    - {name: local-path, chartVersion: 0.0.29}
  conditions:
    - {type: Ready, status: "False", reason: UpgradeFailed, message: timed out, lastTransitionTime: "2026-02-01T08:00:00Z"}
`,
    );
    expect(record).toEqual({
      uid: UID,
      name: 'local-path-provisioner',
      namespace: 'kmetal-flux',
      createdAt: 0,
      chart: 'local-path-provisioner',
      version: '0.0.30',
      releaseName: 'local-path',
      targetNamespace: 'kmetal-local-path-storage',
      suspended: false,
      driftDetection: 'enabled',
      generationObserved: true,
      ready: {
        status: 'False',
        reason: 'UpgradeFailed',
        message: 'timed out',
        since: created,
      },
      labels: { 'kustomize.toolkit.fluxcd.io/name': 'platform' },
    });
    expect(JSON.stringify(record)).not.toContain('hunter2');
  });

  it('of a HelmRelease that is new: what is asked for, and that nothing is said of it yet', () => {
    expect(
      reduce(
        'HelmRelease',
        `
metadata: {name: longhorn, namespace: kmetal-flux, uid: ${UID}, generation: 2}
spec: {suspend: true, releaseName: lh, chart: {spec: {chart: longhorn, version: 1.9.x}}}
status: {observedGeneration: 1}
`,
      ),
    ).toMatchObject({
      chart: 'longhorn',
      version: '1.9.x',
      releaseName: 'lh',
      suspended: true,
      generationObserved: false,
      ready: null,
    });
  });

  const localPath = (config: string, metadata = '') => `
metadata: {name: local-path-config, namespace: kmetal-local-path-storage, uid: u, ${metadata}}
data:
  setup: "mkdir hunter2"
  config.json: |
    ${config}
`;

  it("of local-path's ConfigMap: the paths of each class, and nothing of its scripts", () => {
    const record = reduce(
      'ConfigMap',
      localPath(
        '{"storageClassConfigs": {"local-path": {"nodePathMap": [{"node": "c1", "paths": ["/var/data/local"]}, {"node": "DEFAULT_PATH_FOR_NON_LISTED_NODES", "paths": []}]}, "shared": {"sharedFileSystemPath": "/mnt"}}}',
        'annotations: {meta.helm.sh/release-name: local-path-provisioner}',
      ),
    );
    expect(record).toMatchObject({
      maps: [
        {
          storageClass: 'local-path',
          nodePaths: [
            { node: 'c1', paths: ['/var/data/local'] },
            { node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: [] },
          ],
        },
        { storageClass: 'shared', nodePaths: [], sharedFileSystemPath: '/mnt' },
      ],
      annotations: { 'meta.helm.sh/release-name': 'local-path-provisioner' },
    });
    expect(JSON.stringify(record)).not.toContain('hunter2');
    expect(
      reduce(
        'ConfigMap',
        localPath('{"nodePathMap": [{"node": "c1", "paths": ["/opt"]}]}'),
      )?.maps,
    ).toEqual([{ nodePaths: [{ node: 'c1', paths: ['/opt'] }] }]);
  });

  it.each(['{"nodePathMap": [', '[]', '""', 'null'])(
    "of local-path's ConfigMap that reads %s: that it can't be read",
    config => {
      expect(reduce('ConfigMap', localPath(config))?.maps).toBeNull();
    },
  );

  it('of any other ConfigMap: nothing', () => {
    for (const metadata of [
      '{name: kube-root-ca.crt, namespace: kmetal-local-path-storage, uid: u}',
      '{name: local-path-config, namespace: alpha, uid: u}',
    ]) {
      expect(
        reduce(
          'ConfigMap',
          `{metadata: ${metadata}, data: {config.json: "{}"}}`,
        ),
      ).toBeUndefined();
    }
  });

  it("of Velero's locations: where they are, and nothing of configuration and credentials", () => {
    const location = reduce(
      'BackupStorageLocation',
      `
metadata: {name: minio, namespace: velero, uid: u, labels: {kustomize.toolkit.fluxcd.io/name: velero, x: y}}
spec:
  provider: aws
  default: true
  accessMode: ReadOnly
  objectStorage: {bucket: backups, prefix: muc-1, caCert: aHVudGVyMg==}
  credential: {name: hunter2, key: hunter2}
  config: {s3Url: "https://user:hunter2@minio.example.com"}
status: {phase: Unavailable, message: access denied}
`,
    );
    expect(location).toEqual({
      uid: 'u',
      name: 'minio',
      namespace: 'velero',
      createdAt: 0,
      provider: 'aws',
      bucket: 'backups',
      prefix: 'muc-1',
      isDefault: true,
      accessMode: 'ReadOnly',
      phase: 'Unavailable',
      message: 'access denied',
      labels: { 'kustomize.toolkit.fluxcd.io/name': 'velero' },
    });
    expect(
      reduce(
        'BackupStorageLocation',
        '{metadata: {name: new, namespace: velero, uid: u}, spec: {provider: aws}}',
      ),
    ).not.toHaveProperty('phase');
    expect(
      reduce(
        'VolumeSnapshotLocation',
        '{metadata: {name: default, namespace: velero, uid: u}, spec: {provider: aws, config: {region: x}, credential: {name: x}}}',
      ),
    ).toEqual({
      uid: 'u',
      name: 'default',
      namespace: 'velero',
      createdAt: 0,
      provider: 'aws',
    });
  });

  it('of schedules, backups and restores: what they refer to, and nothing of their hooks', () => {
    const metadata = '{name: daily, namespace: velero, uid: u}';
    const spec =
      '{storageLocation: minio, volumeSnapshotLocations: [default], hooks: {resources: [{name: hunter2}]}}';
    const records = [
      reduce(
        'Schedule',
        `{metadata: ${metadata}, spec: {schedule: "0 1 * * *", paused: true, template: ${spec}}}`,
      ),
      reduce(
        'Backup',
        `{metadata: ${metadata}, spec: ${spec}, status: {phase: PartiallyFailed}}`,
      ),
      reduce(
        'Restore',
        `{metadata: ${metadata}, spec: {backupName: daily-1, scheduleName: daily, hooks: {resources: [{name: hunter2}]}}, status: {phase: InProgress}}`,
      ),
    ];
    const refers = {
      storageLocation: 'minio',
      volumeSnapshotLocations: ['default'],
    };
    expect(records).toEqual([
      expect.objectContaining({ ...refers, paused: true }),
      expect.objectContaining({ ...refers, phase: 'PartiallyFailed' }),
      expect.objectContaining({
        backup: 'daily-1',
        schedule: 'daily',
        phase: 'InProgress',
      }),
    ]);
    expect(JSON.stringify(records)).not.toContain('hunter2');
  });

  it('of snapshots: of what, how large, and whether they are ready', () => {
    expect(
      reduce(
        'VolumeSnapshotClass',
        '{metadata: {name: fast, uid: u, annotations: {snapshot.storage.kubernetes.io/is-default-class: "true"}}, driver: driver.longhorn.io, deletionPolicy: Retain, parameters: {x: y}}',
      ),
    ).toEqual({
      uid: 'u',
      name: 'fast',
      createdAt: 0,
      driver: 'driver.longhorn.io',
      deletionPolicy: 'Retain',
      isDefault: true,
    });
    const snapshot = (status: string) =>
      reduce(
        'VolumeSnapshot',
        `{metadata: {name: s, namespace: alpha, uid: u}, spec: {volumeSnapshotClassName: fast, source: {persistentVolumeClaimName: pvc-1}}, status: ${status}}`,
      );
    expect(snapshot('{readyToUse: true, restoreSize: 10Gi}')).toMatchObject({
      claim: 'pvc-1',
      snapshotClass: 'fast',
      ready: true,
      restoreSize: 10n * 1024n ** 3n,
    });
    expect(
      snapshot('{readyToUse: false, error: {message: no driver}}'),
    ).toMatchObject({ ready: false, error: 'no driver' });
    expect(snapshot('{}')).not.toHaveProperty('ready');
  });

  it('of a Job: how it ended, and nothing of what it runs', () => {
    const job = (condition: string) =>
      reduce(
        'Job',
        `{metadata: {name: fio, namespace: kmetal-storage-benchmark, uid: u}, spec: {template: {spec: {containers: [{env: [{value: hunter2}]}]}}}, status: {conditions: [${condition}]}}`,
      );
    const done = job('{type: Complete, status: "True"}');
    expect(done).toEqual({
      uid: 'u',
      name: 'fio',
      namespace: 'kmetal-storage-benchmark',
      createdAt: 0,
      succeeded: true,
      failed: false,
    });
    expect(job('{type: Failed, status: "True"}')).toMatchObject({
      succeeded: false,
      failed: true,
    });
    expect(job('{type: Complete, status: "False"}')).toMatchObject({
      succeeded: false,
      failed: false,
    });
  });

  it.each(kindNames)(
    'of a %s that is not what it should be: nothing, or what can be read, and no error',
    kind => {
      const metadata = { name: 'a', uid: 'u' };
      const odd: unknown[] = [
        {},
        { metadata: null },
        { metadata: { name: 5, uid: [] } },
        { metadata, spec: [], status: 'x' },
        { metadata: { ...metadata, labels: 3, ownerReferences: {} } },
        {
          metadata,
          spec: {
            hard: { a: {} },
            volumes: [1, null],
            accessModes: [{}],
            nodeAffinity: { required: { nodeSelectorTerms: [[]] } },
          },
          status: { conditions: [null, { type: 1 }], containerStatuses: [2] },
          involvedObject: { kind: 'Pod', name: 'x' },
        },
        JSON.parse(
          '{"metadata":{"name":"a","uid":"u","labels":{"__proto__":"x"}},"__proto__":{"x":1}}',
        ),
      ];
      for (const raw of odd) {
        if (!isObject(raw)) throw new Error('Not an object');
        const record = watchedKinds[kind].reduce(raw, settings);
        expect([undefined, 'a']).toContain(record?.name);
      }
    },
  );
});
