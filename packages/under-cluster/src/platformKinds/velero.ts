/**
 * What Velero's own definitions say (config/crd/v1/bases of v1.18): all fields of a location; of backups, schedules and restores those without
 * hooks. None of these kinds has a status subresource: Velero writes spec and status through the same door.
 */
import {
  anything,
  fields,
  flag,
  kindWith,
  list,
  moment,
  nullable,
  oneOf,
  strings,
  text,
  whole,
} from './schema';

// Velero's own has an empty name as default, which v1.20 does not take in a definition.
const secretKey = fields({ key: text, name: text, optional: flag }, ['key']);
const accessMode = oneOf('ReadOnly', 'ReadWrite');
const phase = oneOf('Available', 'Unavailable');
const names = nullable(list(text));
const maybe = nullable(flag);
const maybeWhen = nullable(moment);

export const backupStorageLocation = kindWith({
  spec: fields(
    {
      accessMode,
      backupSyncPeriod: nullable(text),
      config: strings,
      credential: secretKey,
      default: flag,
      objectStorage: fields(
        {
          bucket: text,
          caCert: { type: 'string', format: 'byte' },
          caCertRef: secretKey,
          prefix: text,
        },
        ['bucket'],
      ),
      provider: text,
      validationFrequency: nullable(text),
    },
    ['objectStorage', 'provider'],
  ),
  status: fields({
    accessMode,
    lastSyncedRevision: text,
    lastSyncedTime: maybeWhen,
    lastValidationTime: maybeWhen,
    message: text,
    phase,
  }),
});

export const volumeSnapshotLocation = kindWith({
  spec: fields({ config: strings, credential: secretKey, provider: text }, [
    'provider',
  ]),
  status: fields({ phase }),
});

const selector = nullable(
  fields({
    matchExpressions: list(
      fields({ key: text, operator: text, values: list(text) }, [
        'key',
        'operator',
      ]),
    ),
    matchLabels: strings,
  }),
);
const reference = fields({ apiGroup: text, kind: text, name: text }, [
  'kind',
  'name',
]);

const backupSpec = fields({
  csiSnapshotTimeout: text,
  datamover: text,
  defaultVolumesToFsBackup: maybe,
  defaultVolumesToRestic: maybe,
  excludedClusterScopedResources: names,
  excludedNamespaceScopedResources: names,
  excludedNamespaces: names,
  excludedResources: names,
  hooks: anything,
  includeClusterResources: maybe,
  includedClusterScopedResources: names,
  includedNamespaceScopedResources: names,
  includedNamespaces: names,
  includedResources: names,
  itemOperationTimeout: text,
  labelSelector: selector,
  metadata: fields({ labels: strings }),
  orLabelSelectors: nullable(list(selector)),
  orderedResources: nullable(strings),
  resourcePolicy: reference,
  snapshotMoveData: maybe,
  snapshotVolumes: maybe,
  storageLocation: text,
  ttl: text,
  uploaderConfig: nullable(fields({ parallelFilesUpload: whole })),
  volumeGroupSnapshotLabelKey: text,
  volumeSnapshotLocations: list(text),
});

const HALF_WAY = [
  'WaitingForPluginOperations',
  'WaitingForPluginOperationsPartiallyFailed',
  'Finalizing',
  'FinalizingPartiallyFailed',
];
const DONE = ['Completed', 'PartiallyFailed', 'Failed'];

const outcome = {
  completionTimestamp: maybeWhen,
  errors: whole,
  failureReason: text,
  startTimestamp: maybeWhen,
  validationErrors: names,
  warnings: whole,
};

export const backup = kindWith({
  spec: backupSpec,
  status: fields({
    ...outcome,
    backupItemOperationsAttempted: whole,
    backupItemOperationsCompleted: whole,
    backupItemOperationsFailed: whole,
    csiVolumeSnapshotsAttempted: whole,
    csiVolumeSnapshotsCompleted: whole,
    expiration: maybeWhen,
    formatVersion: text,
    phase: oneOf(
      'New',
      'Queued',
      'ReadyToStart',
      'FailedValidation',
      'InProgress',
      ...HALF_WAY,
      ...DONE,
      'Deleting',
    ),
    progress: nullable(fields({ itemsBackedUp: whole, totalItems: whole })),
    version: whole,
    volumeSnapshotsAttempted: whole,
    volumeSnapshotsCompleted: whole,
  }),
});

export const schedule = kindWith({
  spec: fields(
    {
      paused: flag,
      schedule: text,
      skipImmediately: flag,
      template: backupSpec,
      useOwnerReferencesInBackup: maybe,
    },
    ['schedule', 'template'],
  ),
  status: fields({
    lastBackup: maybeWhen,
    lastSkipped: maybeWhen,
    phase: oneOf('New', 'Enabled', 'FailedValidation'),
    validationErrors: list(text),
  }),
});

export const restore = kindWith({
  spec: fields({
    backupName: text,
    excludedNamespaces: names,
    excludedResources: names,
    existingResourcePolicy: nullable(text),
    hooks: anything,
    includeClusterResources: maybe,
    includedNamespaces: names,
    includedResources: names,
    itemOperationTimeout: text,
    labelSelector: selector,
    namespaceMapping: strings,
    orLabelSelectors: nullable(list(selector)),
    preserveNodePorts: maybe,
    resourceModifier: nullable(reference),
    restorePVs: maybe,
    restoreStatus: nullable(
      fields({ excludedResources: names, includedResources: names }),
    ),
    scheduleName: text,
    uploaderConfig: nullable(
      fields({ parallelFilesDownload: whole, writeSparseFiles: maybe }),
    ),
  }),
  status: fields({
    ...outcome,
    phase: oneOf('New', 'FailedValidation', 'InProgress', ...HALF_WAY, ...DONE),
    progress: nullable(fields({ itemsRestored: whole, totalItems: whole })),
  }),
});
