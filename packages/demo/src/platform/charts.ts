import { KubeObject } from '@kmetal/under-cluster';

type Values = Record<string, any>;

/** A Helm release, as far as charts ask for it. */
export interface Release {
  name: string;
  namespace: string;
  /** Name and version, such as `longhorn-1.9.0`. */
  chart: string;
}

/** What a chart makes. */
export interface Rendered {
  manifest: KubeObject[];
  /** CSI drivers whose pods the chart starts: they register with the kubelets by themselves. */
  drivers: string[];
  /** What these pods make in the cluster, with no label of Helm's. */
  madeByPods: KubeObject[];
}

type Chart = (release: Release, values: Values) => Rendered;

const DEFAULT_NODE = 'DEFAULT_PATH_FOR_NON_LISTED_NODES';

function storageClass(
  name: string,
  annotations: Record<string, string>,
  rest: object,
): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations },
    ...rest,
  };
}

function csiDriver(name: string, spec: object): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name },
    spec,
  };
}

/**
 * Classes and map of the chart of local-path-provisioner 0.0.30 (deploy/chart/local-path-provisioner/templates). Without any entry in
 * `storageClassConfigs`, the chart's own values make the class `local-path` on a folder of every node.
 */
const localPath: Chart = (release, values) => {
  const fullName = release.name.includes('local-path-provisioner')
    ? release.name
    : `${release.name}-local-path-provisioner`;
  const provisioner =
    values.storageClass?.provisionerName ?? `cluster.local/${fullName}`;
  const entries = Object.entries<Values>(values.storageClassConfigs ?? {});
  const configured: Array<[string, Values]> =
    entries.length > 0
      ? entries
      : [
          [
            values.storageClass?.name ?? 'local-path',
            { storageClass: { create: true, ...values.storageClass } },
          ],
        ];
  const mapOf = ({ nodePathMap, sharedFileSystemPath }: Values) => ({
    ...(nodePathMap?.length > 0 && { nodePathMap }),
    ...(sharedFileSystemPath && { sharedFileSystemPath }),
  });
  const config =
    entries.length > 0
      ? {
          storageClassConfigs: Object.fromEntries(
            entries.map(([name, entry]) => [name, mapOf(entry)]),
          ),
        }
      : mapOf({
          nodePathMap: [
            { node: DEFAULT_NODE, paths: ['/opt/local-path-provisioner'] },
          ],
          ...values,
        });
  return {
    manifest: [
      ...configured.flatMap(([name, { storageClass: wanted = {} }]) =>
        wanted.create
          ? [
              storageClass(
                name,
                {
                  'storageclass.kubernetes.io/is-default-class': `${
                    wanted.defaultClass ?? false
                  }`,
                  defaultVolumeType: wanted.defaultVolumeType ?? 'hostPath',
                  ...wanted.annotations,
                },
                {
                  provisioner,
                  reclaimPolicy: wanted.reclaimPolicy ?? 'Delete',
                  volumeBindingMode:
                    wanted.volumeBindingMode ?? 'WaitForFirstConsumer',
                  // The chart hard-codes it, although nothing grows a folder.
                  allowVolumeExpansion: true,
                  ...(wanted.pathPattern && {
                    parameters: { pathPattern: wanted.pathPattern },
                  }),
                },
              ),
            ]
          : [],
      ),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'local-path-config', namespace: release.namespace },
        data: { 'config.json': JSON.stringify(config, null, 2) },
      },
    ],
    drivers: [],
    madeByPods: [],
  };
};

const longhorn: Chart = (_, values) => {
  const { persistence = {} } = values;
  const driver = 'driver.longhorn.io';
  return {
    manifest: [],
    drivers: [driver],
    madeByPods: [
      csiDriver(driver, { attachRequired: true, podInfoOnMount: true }),
      ...(persistence.createStorageClass === false
        ? []
        : [
            storageClass(
              'longhorn',
              {
                'storageclass.kubernetes.io/is-default-class': `${
                  persistence.defaultClass ?? true
                }`,
              },
              {
                provisioner: driver,
                parameters: { numberOfReplicas: '3', fsType: 'ext4' },
                reclaimPolicy: 'Delete',
                volumeBindingMode: 'Immediate',
                allowVolumeExpansion: true,
              },
            ),
          ]),
    ],
  };
};

const csiDriverNfs: Chart = () => {
  const driver = 'nfs.csi.k8s.io';
  return {
    manifest: [
      csiDriver(driver, {
        attachRequired: false,
        volumeLifecycleModes: ['Persistent'],
      }),
    ],
    drivers: [driver],
    madeByPods: [],
  };
};

/** The charts that the demo's under clusters know, by name. */
export const CHARTS: Readonly<Record<string, Chart>> = {
  'local-path-provisioner': localPath,
  longhorn,
  'csi-driver-nfs': csiDriverNfs,
};

/** A chart's manifest with what Helm, and Flux for it, write on every object. */
export function ofRelease(
  object: KubeObject,
  release: Release,
  helmRelease: { name: string; namespace: string },
): KubeObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: {
        ...object.metadata.labels,
        'app.kubernetes.io/instance': release.name,
        'app.kubernetes.io/managed-by': 'Helm',
        'helm.sh/chart': release.chart,
        'helm.toolkit.fluxcd.io/name': helmRelease.name,
        'helm.toolkit.fluxcd.io/namespace': helmRelease.namespace,
      },
      annotations: {
        ...object.metadata.annotations,
        'meta.helm.sh/release-name': release.name,
        'meta.helm.sh/release-namespace': release.namespace,
      },
    },
  };
}
