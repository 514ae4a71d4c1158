/**
 * What Rook's own definitions say (deploy/examples/crds.yaml of v1.20), for the fields that a cluster or a pool here may name. What Rook itself
 * takes as it comes (`placement`, `resources`, `annotations` and the like) is taken so here, too.
 */
import {
  anything,
  fields,
  flag,
  generation,
  kindWith,
  list,
  moment,
  nullable,
  oneOf,
  quantity,
  strings,
  text,
  whole,
} from './schema';

const share = nullable({ type: 'number', minimum: 0, maximum: 1 });
const port = { type: 'integer', minimum: 0, maximum: 65535 };
const upTo = (maximum: number) => ({ type: 'integer', minimum: 0, maximum });
const asItComes = nullable(anything);

const config = nullable({
  ...strings,
  'x-kubernetes-preserve-unknown-fields': true,
});
const devices = nullable({
  ...list(fields({ config, fullpath: text, name: text })),
  'x-kubernetes-preserve-unknown-fields': true,
});

const conditions = list(
  fields({
    lastHeartbeatTime: moment,
    lastTransitionTime: moment,
    message: text,
    reason: text,
    status: text,
    type: text,
  }),
);

export const cephCluster = kindWith(
  {
    spec: fields({
      annotations: asItComes,
      cephConfig: nullable({
        type: 'object',
        additionalProperties: strings,
      }),
      cephVersion: nullable(
        fields({
          allowUnsupported: flag,
          image: text,
          imagePullPolicy: oneOf('IfNotPresent', 'Always', 'Never', ''),
        }),
      ),
      cleanupPolicy: nullable(
        fields({
          allowUninstallWithVolumes: flag,
          confirmation: nullable({
            type: 'string',
            pattern: '^$|^yes-really-destroy-data$',
          }),
          wipeDevicesFromOtherClusters: flag,
        }),
      ),
      continueUpgradeAfterChecksEvenIfNotHealthy: flag,
      crashCollector: nullable(fields({ daysToRetain: whole, disable: flag })),
      dashboard: nullable(
        fields({
          enabled: flag,
          port,
          prometheusEndpoint: text,
          prometheusEndpointSSLVerify: flag,
          ssl: flag,
          urlPrefix: text,
        }),
      ),
      dataDirHostPath: { type: 'string', pattern: '^/(\\S+)' },
      disruptionManagement: nullable(
        fields({
          managePodBudgets: flag,
          osdMaintenanceTimeout: generation,
          pgHealthCheckTimeout: generation,
          pgHealthyRegex: text,
        }),
      ),
      healthCheck: asItComes,
      labels: asItComes,
      logCollector: nullable(
        fields({
          enabled: flag,
          maxLogSize: quantity,
          periodicity: {
            type: 'string',
            pattern: '^$|^(hourly|daily|weekly|monthly|1h|24h|1d)$',
          },
        }),
      ),
      mgr: nullable(
        fields({
          allowMultiplePerNode: flag,
          count: upTo(5),
          hostNetwork: flag,
          modules: nullable(list(fields({ enabled: flag, name: text }))),
        }),
      ),
      mon: nullable(
        fields({
          allowMultiplePerNode: flag,
          count: upTo(9),
          failureDomainLabel: text,
        }),
      ),
      monitoring: nullable(
        fields({ enabled: flag, interval: text, metricsDisabled: flag }),
      ),
      network: asItComes,
      placement: asItComes,
      priorityClassNames: asItComes,
      removeOSDsIfOutAndSafeToRemove: flag,
      resources: asItComes,
      skipUpgradeChecks: flag,
      storage: nullable(
        fields({
          allowDeviceClassUpdate: flag,
          allowOsdCrushWeightUpdate: flag,
          backfillFullRatio: share,
          config,
          deviceFilter: text,
          devicePathFilter: text,
          devices,
          flappingRestartIntervalHours: whole,
          fullRatio: share,
          nearFullRatio: share,
          nodes: nullable(
            list(
              fields({
                config,
                deviceFilter: text,
                devicePathFilter: text,
                devices,
                name: text,
                resources: asItComes,
                useAllDevices: flag,
              }),
            ),
          ),
          onlyApplyOSDPlacement: flag,
          scheduleAlways: flag,
          store: fields({ type: oneOf('bluestore', 'bluestore-rdr') }),
          useAllDevices: flag,
          useAllNodes: flag,
        }),
      ),
      upgradeOSDRequiresHealthyPGs: flag,
      waitTimeoutForHealthyOSDInMinutes: generation,
    }),
    status: nullable(anything),
  },
  ['metadata', 'spec'],
);

export const cephBlockPool = kindWith(
  {
    spec: fields({
      application: text,
      compressionMode: nullable(
        oneOf('none', 'passive', 'aggressive', 'force', ''),
      ),
      crushRoot: nullable(text),
      deviceClass: nullable(text),
      enableCrushUpdates: nullable(flag),
      enableRBDStats: flag,
      erasureCoded: fields(
        {
          algorithm: oneOf('isa', 'jerasure'),
          codingChunks: { type: 'integer', minimum: 0 },
          dataChunks: { type: 'integer', minimum: 0 },
        },
        ['codingChunks', 'dataChunks'],
      ),
      failureDomain: text,
      name: oneOf('.rgw.root', '.nfs', '.mgr', '.nvmeof'),
      parameters: config,
      quotas: nullable(
        fields({
          maxBytes: generation,
          maxObjects: generation,
          maxSize: {
            type: 'string',
            pattern: '^[0-9]+[\\.]?[0-9]*([KMGTPE]i|[kMGTPE])?$',
          },
        }),
      ),
      replicated: fields(
        {
          replicasPerFailureDomain: { type: 'integer', minimum: 1 },
          requireSafeReplicaSize: flag,
          size: { type: 'integer', minimum: 0 },
          subFailureDomain: text,
          targetSizeRatio: { type: 'number', minimum: 0 },
        },
        ['size'],
      ),
    }),
    status: {
      ...fields({
        conditions,
        info: nullable(strings),
        observedGeneration: generation,
        phase: text,
        poolID: whole,
      }),
      'x-kubernetes-preserve-unknown-fields': true,
    },
  },
  ['metadata', 'spec'],
);
