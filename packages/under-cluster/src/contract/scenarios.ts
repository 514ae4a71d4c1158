import { applyObjects } from '../applyObjects';
import { eventually } from '../eventually';
import { Json } from '../object';
import { parseScenario } from '../scenario';
import { grantReader } from '../readerGrant';
import { refusal, Suite } from './suite';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCENARIO = `
apiVersion: v1
kind: ResourceQuota
metadata: {name: gamma-storage, namespace: gamma}
spec:
  hard:
    tenant-storage-class.storageclass.storage.k8s.io/requests.storage: 1Gi
---
apiVersion: v1
kind: Namespace
metadata: {name: gamma, labels: {kmetal.io/tenant: gamma}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: tenant-storage-class}
provisioner: cluster.local/local-path
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: pvc-1, namespace: gamma}
spec:
  storageClassName: tenant-storage-class
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 5Gi}}
  volumeName: pv-1
status: {phase: Bound, accessModes: [ReadWriteOnce], capacity: {storage: 5Gi}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv-1}
spec:
  capacity: {storage: 5Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: tenant-storage-class
  local: {path: /data/pv-1}
  claimRef: {namespace: gamma, name: pvc-1}
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions:
            - {key: kubernetes.io/hostname, operator: In, values: [worker-1]}
status: {phase: Bound}
---
apiVersion: v1
kind: Node
metadata: {name: worker-1, labels: {kubernetes.io/hostname: worker-1}}
status:
  conditions: [{type: Ready, status: "True", lastHeartbeatTime: -5m, lastTransitionTime: -3d}]
  capacity: {cpu: "8", memory: 16Gi, ephemeral-storage: 100Gi}
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataVolume
metadata: {name: pvc-1, namespace: gamma}
spec: {storage: {resources: {requests: {storage: 5Gi}}}}
status: {phase: Succeeded}
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: CDI
metadata: {name: cdi}
status: {phase: Deployed}
---
apiVersion: kamaji.clastix.io/v1alpha1
kind: TenantControlPlane
metadata: {name: gamma-one, namespace: gamma}
spec: {}
status: {kubernetesResources: {version: {status: Ready}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kubevirt-csi-controller-gamma-one, namespace: gamma}
spec:
  replicas: 2
  selector: {matchLabels: {app: kubevirt-csi-controller}}
  template:
    metadata: {labels: {app: kubevirt-csi-controller}}
    spec: {containers: [{name: csi-driver, image: "registry.test/csi:1"}]}
status: {replicas: 2, readyReplicas: 1, availableReplicas: 1}
---
apiVersion: v1
kind: Pod
metadata: {name: kubevirt-csi-controller-gamma-one-0, namespace: gamma, labels: {app: kubevirt-csi-controller}}
spec: {nodeName: worker-1, containers: [{name: csi-driver, image: "registry.test/csi:1"}]}
status:
  phase: Running
  containerStatuses:
    - name: csi-driver
      image: registry.test/csi:1
      imageID: registry.test/csi@sha256:0
      ready: false
      restartCount: 7
      state: {waiting: {reason: CrashLoopBackOff}}
---
apiVersion: v1
kind: Event
metadata: {name: provisioning-failed, namespace: gamma}
involvedObject: {apiVersion: v1, kind: PersistentVolumeClaim, name: pvc-1, namespace: gamma}
type: Warning
reason: ProvisioningFailed
message: no local path available on node worker-1
firstTimestamp: -10m
lastTimestamp: -2m
count: 3
`;

const READER = `
apiVersion: v1
kind: Namespace
metadata: {name: reader-system}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: under-cluster-reader, namespace: reader-system}
---
apiVersion: v1
kind: Secret
metadata:
  name: under-cluster-reader
  namespace: reader-system
  annotations: {kubernetes.io/service-account.name: under-cluster-reader}
type: kubernetes.io/service-account-token
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: under-cluster-reader}
rules:
  - {apiGroups: [""], resources: [persistentvolumeclaims], verbs: [get, list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: under-cluster-reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: under-cluster-reader}
subjects: [{kind: ServiceAccount, name: under-cluster-reader, namespace: reader-system}]
`;

/** Applying what a scenario file holds, over HTTP. */
export function scenarios(suite: Suite): void {
  const get = (path: string) => suite.cluster.request('GET', path);

  suite.test('applies a tenant over its quota, twice', async () => {
    const now = new Date('2026-03-01T12:00:00Z');
    const objects = parseScenario(SCENARIO, 'scenario', now);
    await applyObjects(suite.cluster, objects);
    const quota = await eventually(
      () => get('/api/v1/namespaces/gamma/resourcequotas/gamma-storage'),
      ({ body }) => !!body.status.used,
    );
    const key =
      'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';
    expect(quota.body.status).toEqual({
      hard: { [key]: '1Gi' },
      used: { [key]: '5Gi' },
    });
    await applyObjects(suite.cluster, objects);

    const status = async (path: string) => (await get(path)).body.status;
    expect(
      await status('/api/v1/namespaces/gamma/persistentvolumeclaims/pvc-1'),
    ).toEqual({
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '5Gi' },
    });
    expect(await status('/api/v1/persistentvolumes/pv-1')).toEqual({
      phase: 'Bound',
    });
    expect(await status('/api/v1/nodes/worker-1')).toMatchObject({
      conditions: [
        {
          type: 'Ready',
          lastHeartbeatTime: '2026-03-01T11:55:00Z',
          lastTransitionTime: '2026-02-26T12:00:00Z',
        },
      ],
      capacity: { 'ephemeral-storage': '100Gi' },
    });
    const cdi = '/apis/cdi.kubevirt.io/v1beta1';
    expect(await status(`${cdi}/namespaces/gamma/datavolumes/pvc-1`)).toEqual({
      phase: 'Succeeded',
    });
    expect(await status(`${cdi}/cdis/cdi`)).toEqual({ phase: 'Deployed' });
    expect(
      await status(
        '/apis/apps/v1/namespaces/gamma/deployments/kubevirt-csi-controller-gamma-one',
      ),
    ).toMatchObject({ replicas: 2, readyReplicas: 1 });
    expect(
      await status(
        '/api/v1/namespaces/gamma/pods/kubevirt-csi-controller-gamma-one-0',
      ),
    ).toMatchObject({
      phase: 'Running',
      containerStatuses: [{ restartCount: 7 }],
    });
    const events = await get('/api/v1/namespaces/gamma/events');
    expect(
      events.body.items.map((event: Json) => [
        event.reason,
        event.lastTimestamp,
      ]),
    ).toEqual([['ProvisioningFailed', '2026-03-01T11:58:00Z']]);
  });

  suite.test('serves only the custom kinds that were needed', async () => {
    expect(
      (await get('/apis/kubevirt.io/v1/virtualmachineinstances')).status,
    ).toBe(404);
  });

  suite.test('says which object it could not apply', async () => {
    await expect(
      applyObjects(suite.cluster, [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'lost', namespace: 'nowhere' },
        },
      ]),
    ).rejects.toThrow(
      'Could not apply ConfigMap nowhere/lost: namespaces "nowhere" not found',
    );
  });

  suite.test('grants the reader what its manifests say', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'reader-'));
    try {
      await writeFile(join(dir, 'base.yaml'), READER);
      const { token } = await grantReader(suite.cluster, { manifestsDir: dir });
      const as = (path: string) =>
        suite.cluster.request('GET', path, undefined, { token });
      await eventually(
        () => as('/api/v1/persistentvolumeclaims'),
        ({ status }) => status === 200,
      );
      expect(refusal(await as('/api/v1/secrets'))).toMatchObject({
        status: 403,
        reason: 'Forbidden',
      });
      expect(await grantReader(suite.cluster, { manifestsDir: dir })).toEqual({
        token,
      });
    } finally {
      await rm(dir, { recursive: true });
    }
  });
}
