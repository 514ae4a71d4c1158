import { repository } from '../fleet.testing';
import type { GitOpsSettings } from '../gitOpsRepository';

/** A way to keep the manifests of an under cluster, on local-path. */
export interface SwapLayout {
  name: string;
  settings: Partial<GitOpsSettings>;
  /** Files by their paths; the first has local-path's classes. */
  files: Record<string, string>;
}

/** The classes of local-path, as the platform's page has them, indented. */
function classes(indent: number): string {
  return `# for the platform itself: control-plane nodes only
local-path:
  storageClass:
    create: true
    defaultClass: false
    defaultVolumeType: hostPath
    reclaimPolicy: Delete
    volumeBindingMode: WaitForFirstConsumer
  nodePathMap:
    - node: c1
      paths:
        - /var/data/local
    - node: DEFAULT_PATH_FOR_NON_LISTED_NODES
      paths: [] # any other node is refused
# for tenants: workers only
tenant-storage-class:
  storageClass:
    create: true # the name that quotas are made of
    defaultClass: false
    defaultVolumeType: hostPath
    reclaimPolicy: Delete
    volumeBindingMode: WaitForFirstConsumer
  nodePathMap:
    - node: w1
      paths:
        - /var/data/tenant
    - node: w2
      paths:
        - /var/data/tenant
    - node: DEFAULT_PATH_FOR_NON_LISTED_NODES
      paths: []
`.replace(/^(?=.)/gm, ' '.repeat(indent));
}

const RELEASE = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: local-path-provisioner
  namespace: kmetal-flux
spec:
  interval: 10m
  targetNamespace: kmetal-local-path-storage
  chart:
    spec:
      chart: local-path-provisioner
      version: 0.0.30
      sourceRef:
        kind: HelmRepository
        name: local-path-provisioner
  values:
    nodeSelector:
      node-role.kubernetes.io/control-plane: "" # pinned to the control plane
    storageClassConfigs:
${classes(6)}`;

const PROFILE = `# CDI knows nothing of local-path: without this pin, no volume can be made.
apiVersion: cdi.kubevirt.io/v1beta1
kind: StorageProfile
metadata:
  name: tenant-storage-class
spec:
  claimPropertySets:
    - accessModes:
        - ReadWriteOnce
      volumeMode: Filesystem
`;

function kustomization(more: string): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
${more}`;
}

export const SWAP_LAYOUTS: SwapLayout[] = [
  {
    name: 'one folder a cluster',
    settings: {
      root: 'clusters/muc-1',
      newFiles: { storage: 'clusters/muc-1/storage/{change}-{object}.yaml' },
    },
    files: {
      'clusters/muc-1/storage/local-path.yaml': RELEASE,
      'clusters/muc-1/storage/profile.yaml': PROFILE,
      'clusters/muc-1/storage/kustomization.yaml': kustomization(
        'resources:\n  - local-path.yaml\n  - profile.yaml\n',
      ),
      'clusters/fra-1/storage/local-path.yaml': RELEASE,
    },
  },
  {
    name: 'base and overlays',
    settings: {
      root: 'overlays/muc-1',
      newFiles: { storage: 'overlays/muc-1/{change}-{object}.yaml' },
    },
    files: {
      'overlays/muc-1/local-path.yaml': RELEASE,
      'overlays/muc-1/kustomization.yaml': kustomization(
        'resources:\n  - ../../base # what all clusters have\n  - local-path.yaml\n',
      ),
      'base/namespace.yaml':
        'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: kmetal-local-path-storage\n',
      'base/kustomization.yaml': kustomization(
        'resources:\n  - namespace.yaml\n',
      ),
    },
  },
  {
    name: 'flat',
    settings: { newFiles: { storage: '{change}-{object}.yaml' } },
    files: { 'storage.yaml': `${RELEASE}---\n${PROFILE}` },
  },
  {
    name: "umbrella chart's values file",
    settings: {
      root: 'muc-1',
      locators: {
        localPath: {
          files: 'muc-1/kmetal-values.yaml',
          path: ['storage', 'localPath', 'storageClassConfigs'],
        },
      },
      newFiles: { storage: 'muc-1/{change}-{object}.yaml' },
    },
    files: {
      'muc-1/kmetal-values.yaml': `# Owned by the platform team.
global:
  domain: example.com
storage:
  localPath:
    storageClassConfigs:
${classes(6)}`,
      'muc-1/kmetal.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: kmetal
  namespace: kmetal-flux
spec:
  chart:
    spec:
      chart: kmetal
      version: 1.0.0
  valuesFrom:
    - kind: ConfigMap
      name: kmetal-values
`,
      'muc-1/kustomization.yaml': kustomization(
        'resources:\n  - kmetal.yaml\nconfigMapGenerator:\n  - name: kmetal-values\n    namespace: kmetal-flux\n    files:\n      - values.yaml=kmetal-values.yaml\n',
      ),
    },
  },
];

/** The repository of a layout, with files as they are after earlier stages. */
export function repositoryOf(
  layout: SwapLayout,
  files: Record<string, string> = layout.files,
) {
  return repository(files, layout.settings);
}
