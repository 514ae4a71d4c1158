import { RepositoryFiles, type RepositoryEntry } from '../gitops';
import type { GitOpsRepository, GitOpsSettings } from './gitOpsRepository';

/** The ways that users of Flux lay their repositories out, each for the under cluster muc-1. */
export type Layout = 'folders' | 'overlays' | 'flat' | 'umbrella';

const KEY = 'tenant-storage-class.storageclass.storage.k8s.io/requests.storage';

/** The values of local-path's chart, as the platform ships them, with what people write beside them. */
const STORAGE_CLASS_CONFIGS = `storageClassConfigs:
  # etcd of tenants and CDI's scratch space: control-plane nodes only
  local-path:
    storageClass:
      create: true
      defaultClass: false
      reclaimPolicy: Delete
      volumeBindingMode: WaitForFirstConsumer
    nodePathMap:
      - node: c1
        paths: [/var/data/local]
      - node: DEFAULT_PATH_FOR_NON_LISTED_NODES
        paths: []   # refuse
  # tenants: workers only
  tenant-storage-class:
    storageClass:
      create: true
      defaultClass: false
      reclaimPolicy: Delete
      volumeBindingMode: WaitForFirstConsumer
    nodePathMap:
      - node: w1   # rack 1
        paths:
          - /var/data/tenant
      - node: w2   # rack 2
        paths:
          - /var/data/tenant
      - node: DEFAULT_PATH_FOR_NON_LISTED_NODES
        paths: []   # refuse
`;

function indented(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by));
}

function localPath(namespace?: string): string {
  const place = namespace === undefined ? '' : `\n  namespace: ${namespace}`;
  return `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: local-path-provisioner${place}
spec:
  interval: 10m
  targetNamespace: kmetal-local-path-storage
  chart:
    spec:
      chart: local-path-provisioner
      version: 0.0.30   # tested by us
      sourceRef: { kind: HelmRepository, name: local-path-provisioner }
  values:
${indented(STORAGE_CLASS_CONFIGS, 4)}`;
}

const PROFILE = `# What CDI makes tenants' volumes with. Do not remove: see the runbook.
apiVersion: cdi.kubevirt.io/v1beta1
kind: StorageProfile
metadata:
  name: tenant-storage-class
spec:
  claimPropertySets:
  - accessModes: ["ReadWriteOnce"]
    volumeMode: Filesystem
`;

const LOCATION = `apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata:
  name: default
  namespace: velero
spec:
  provider: aws
  default: true   # everything that names no location
  objectStorage:
    bucket: kmetal-backups
    prefix: muc-1
  credential:
    name: velero-s3
    key: cloud
  config:
    region: eu-central-1
    # our proxy needs it
    profile: backup
`;

const SCHEDULE = `apiVersion: velero.io/v1
kind: Schedule
metadata:
  name: nightly
  namespace: velero
spec:
  schedule: "0 2 * * *"
  template:
    includedNamespaces: ["*"]
    ttl: 720h0m0s
`;

function namespaceOf(name: string): string {
  return `apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
  labels: { kmetal.io/tenant: ${name} }
`;
}

function quota(name: string, namespace: string | undefined, size: string) {
  const place = namespace === undefined ? '' : `\n  namespace: ${namespace}`;
  return `apiVersion: v1
kind: ResourceQuota
metadata:
  name: ${name}${place}
spec:
  hard:
    ${KEY}: ${size}   # as agreed
    persistentvolumeclaims: "20"
`;
}

function webhook(namespace: string | undefined, values: string): string {
  const place = namespace === undefined ? '' : `\n  namespace: ${namespace}`;
  return `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: kmetal-webhook${place}
spec:
  interval: 10m
  chart:
    spec:
      chart: kmetal-webhook
      version: 1.x
      sourceRef: { kind: HelmRepository, name: kmetal, namespace: kmetal-flux }
  values:
${indented(values, 4)}`;
}

const WATCHES =
  'webhook:\n  replicas: 2\n  storageClass: tenant-storage-class\n';
const WATCHES_NOTHING = '# set by the platform team\nwebhook:\n  replicas: 2\n';

function kustomization(lines: string): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${lines}`;
}

function fluxKustomization(name: string, path: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  path: ./${path}
  prune: true
  sourceRef: { kind: GitRepository, name: fleet }
`;
}

function repository(
  texts: Readonly<Record<string, string>>,
  settings: Partial<GitOpsSettings>,
): GitOpsRepository {
  return {
    settings: {
      host: 'git.example.com',
      repository: 'platform/fleet',
      ...settings,
    },
    files: RepositoryFiles.from(
      Object.entries(texts).map(
        ([path, content]): RepositoryEntry => ({ type: 'file', path, content }),
      ),
    ),
  };
}

/** A folder for each under cluster, in it one for each subject; another under cluster has the same objects. */
function folders(): GitOpsRepository[] {
  const cluster = (name: string) => ({
    [`clusters/${name}/kustomization.yaml`]: kustomization(
      `resources:
  - storage
  - velero
  - tenants
`,
    ),
    [`clusters/${name}/storage/kustomization.yaml`]: kustomization(
      `resources:
  - local-path.yaml
  - profile.yaml   # the pin
`,
    ),
    [`clusters/${name}/storage/local-path.yaml`]: localPath('kmetal-flux'),
    [`clusters/${name}/storage/profile.yaml`]: PROFILE,
    [`clusters/${name}/velero/kustomization.yaml`]: kustomization(
      'resources: [location.yaml, schedule.yaml]\n',
    ),
    [`clusters/${name}/velero/location.yaml`]: LOCATION,
    [`clusters/${name}/velero/schedule.yaml`]: SCHEDULE,
    [`clusters/${name}/tenants/kustomization.yaml`]: kustomization(
      'resources:\n- alpha\n- beta\n- omega\n',
    ),
    [`clusters/${name}/tenants/alpha/kustomization.yaml`]: kustomization(
      'resources:\n- namespace.yaml\n- quota.yaml\n- webhook.yaml\n',
    ),
    [`clusters/${name}/tenants/alpha/namespace.yaml`]: namespaceOf('alpha'),
    [`clusters/${name}/tenants/alpha/quota.yaml`]: quota(
      'alpha-storage',
      'alpha',
      '100Gi',
    ),
    [`clusters/${name}/tenants/alpha/webhook.yaml`]: webhook('alpha', WATCHES),
    [`clusters/${name}/tenants/beta/kustomization.yaml`]: kustomization(
      'resources:\n- namespace.yaml\n- quota.yaml\n',
    ),
    [`clusters/${name}/tenants/beta/namespace.yaml`]: namespaceOf('beta'),
    [`clusters/${name}/tenants/beta/quota.yaml`]: quota(
      'beta-storage',
      'beta',
      '50Gi',
    ),
    [`clusters/${name}/tenants/omega/kustomization.yaml`]: kustomization(
      'resources:\n- namespace.yaml\n- webhook.yaml\n',
    ),
    [`clusters/${name}/tenants/omega/namespace.yaml`]: namespaceOf('omega'),
    [`clusters/${name}/tenants/omega/webhook.yaml`]: webhook(
      'omega',
      WATCHES_NOTHING,
    ),
  });
  return [
    repository(
      { ...cluster('fra-1'), ...cluster('muc-1') },
      {
        root: 'clusters/muc-1',
        newFiles: {
          quota: 'clusters/{underCluster}/tenants/{tenant}/quota.yaml',
          storage: 'clusters/{underCluster}/storage/{change}-{object}.yaml',
        },
      },
    ),
  ];
}

/** Kustomize's base and overlays, applied by Flux; names and namespaces are made on the way. */
function overlays(): GitOpsRepository[] {
  return [
    repository(
      {
        'clusters/muc-1/storage.yaml': fluxKustomization(
          'storage',
          'overlays/muc-1',
        ),
        'clusters/muc-1/tenants.yaml': fluxKustomization(
          'tenants',
          'tenants/muc-1',
        ),
        'base/storage/kustomization.yaml': kustomization(
          'resources:\n  - local-path.yaml\n  - profile.yaml\n',
        ),
        'base/storage/local-path.yaml': localPath(),
        'base/storage/profile.yaml': PROFILE,
        'base/velero/kustomization.yaml': kustomization(
          'resources:\n  - location.yaml\n  - schedule.yaml\n',
        ),
        'base/velero/location.yaml': LOCATION.replace(
          '  namespace: velero\n',
          '',
        ),
        'base/velero/schedule.yaml': SCHEDULE.replace(
          '  namespace: velero\n',
          '',
        ),
        'overlays/muc-1/kustomization.yaml': kustomization(
          `resources:
  - flux
  - velero
commonAnnotations:
  example.com/cluster: muc-1
`,
        ),
        'overlays/muc-1/flux/kustomization.yaml': kustomization(
          `namespace: kmetal-flux
resources:
  - ../../../base/storage
patches:
  # slower here
  - target: { kind: HelmRelease, name: local-path-provisioner }
    patch: |
      - op: replace
        path: /spec/interval
        value: 30m
`,
        ),
        'overlays/muc-1/velero/kustomization.yaml': kustomization(
          'namespace: velero\nresources:\n  - ../../../base/velero\n',
        ),
        'tenants/muc-1/kustomization.yaml': kustomization(
          'resources:\n  - alpha\n  - beta\n  - omega\n',
        ),
        'tenants/muc-1/alpha/kustomization.yaml': kustomization(
          `namespace: alpha
namePrefix: alpha-
resources:
  - quota.yaml
`,
        ),
        'tenants/muc-1/alpha/quota.yaml': quota('storage', undefined, '100Gi'),
        'tenants/muc-1/beta/kustomization.yaml': kustomization(
          'namespace: beta\nresources: [quota.yaml]\n',
        ),
        'tenants/muc-1/beta/quota.yaml': quota(
          'beta-storage',
          undefined,
          '50Gi',
        ),
        'tenants/muc-1/omega/kustomization.yaml': kustomization(
          'namespace: omega\nresources: [webhook.yaml]\n',
        ),
        'tenants/muc-1/omega/webhook.yaml': webhook(undefined, WATCHES_NOTHING),
      },
      {
        newFiles: {
          quota: 'tenants/{underCluster}/{tenant}/quota.yaml',
          storage: 'overlays/{underCluster}/{change}-{object}.yaml',
        },
      },
    ),
  ];
}

/** Everything in one folder that Flux applies whole, several objects to a file; one comes from Windows. */
function flat(): GitOpsRepository[] {
  return [
    repository(
      {
        'flux-system.yaml': fluxKustomization('all', 'muc-1'),
        'muc-1/storage.yaml': `# Storage of muc-1\n---\n${localPath(
          'kmetal-flux',
        )}---\n${PROFILE}`,
        'muc-1/velero.yaml': `${LOCATION}---\n# every night\n${SCHEDULE}`,
        'muc-1/tenants.yaml': [
          namespaceOf('alpha'),
          quota('alpha-storage', 'alpha', '100Gi'),
          webhook('alpha', WATCHES),
          namespaceOf('beta'),
          quota('beta-storage', 'beta', '50Gi'),
          namespaceOf('omega'),
          webhook('omega', WATCHES_NOTHING),
        ]
          .join('---\n')
          .replace(/\n/g, '\r\n'),
      },
      {
        root: 'muc-1',
        newFiles: { storage: '{underCluster}/{change}-{object}.yaml' },
      },
    ),
  ];
}

/** The platform's umbrella chart, whose values file a generator puts into a ConfigMap. */
function umbrella(): GitOpsRepository[] {
  const values = 'muc-1/kmetal-values.yaml';
  return [
    repository(
      {
        'muc-1/kustomization.yaml': kustomization(
          `resources:
  - kmetal.yaml
  - ./velero
configMapGenerator:
  - name: kmetal-values
    namespace: kmetal-flux
    files:
      - values.yaml=kmetal-values.yaml
configurations:
  - name-reference.yaml
`,
        ),
        'muc-1/name-reference.yaml': `nameReference:
  - kind: ConfigMap
    version: v1
    fieldSpecs:
      - path: spec/valuesFrom/name
        kind: HelmRelease
`,
        'muc-1/kmetal.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: kmetal
  namespace: kmetal-flux
spec:
  interval: 1h
  chart:
    spec:
      chart: kmetal
      version: 2.4.1
      sourceRef: { kind: HelmRepository, name: kmetal }
  valuesFrom:
    - kind: ConfigMap
      name: kmetal-values
`,
        [values]: `# kMetal on muc-1. Asked before changed: #platform
cluster:
  name: muc-1

storage:
  localPath:
    enabled: true
${indented(STORAGE_CLASS_CONFIGS, 4)}
# one entry for each tenant
tenants:
  - name: alpha
    storage: { quota: 100Gi }
    webhook:
      storageClass: tenant-storage-class
  - name: beta      # moves out in spring
    storage:
      quota: 50Gi
  - name: omega
    nodes: 3
`,
        'muc-1/velero/kustomization.yaml': kustomization(
          'resources:\n  - location.yaml\n  - schedule.yaml\n',
        ).replace(/\n/g, '\r\n'),
        'muc-1/velero/location.yaml': LOCATION.replace(/\n/g, '\r\n'),
        'muc-1/velero/schedule.yaml': SCHEDULE,
      },
      {
        root: 'muc-1',
        locators: {
          quota: {
            files: values,
            path: [
              'tenants',
              { where: { name: '{tenant}' } },
              'storage',
              'quota',
            ],
          },
          localPath: {
            files: values,
            path: ['storage', 'localPath', 'storageClassConfigs'],
          },
          nodePathMap: {
            files: values,
            path: [
              'storage',
              'localPath',
              'storageClassConfigs',
              '{storageClass}',
              'nodePathMap',
            ],
          },
          webhook: {
            files: values,
            path: ['tenants', { where: { name: '{tenant}' } }],
          },
        },
        newFiles: { storage: '{underCluster}/storage/{change}-{object}.yaml' },
      },
    ),
  ];
}

/**
 * Repositories of one under cluster, muc-1, each read anew: local-path for c1 and for w1 and w2, the pin, Velero's default location with a nightly
 * schedule, the tenants alpha (100Gi), beta (50Gi) and omega (no quota yet).
 */
export const layouts: Record<Layout, () => GitOpsRepository[]> = {
  folders,
  overlays,
  flat,
  umbrella,
};
