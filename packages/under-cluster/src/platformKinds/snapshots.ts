/**
 * What the definitions of external-snapshotter v8.6 say (client/config/crd). Where they have CEL rules, which Kubernetes v1.20 does not know, the
 * `oneOf` of v6.0 stands here: exactly one source.
 */
import {
  count,
  fields,
  flag,
  generation,
  kindWith,
  moment,
  oneOf,
  quantity,
  strings,
  text,
} from './schema';

const deletionPolicy = oneOf('Delete', 'Retain');
const error = fields({ message: text, time: moment });

/** Two ways to name where a snapshot comes from, of which one is taken. */
const source = (...ways: [string, string]) => ({
  ...fields({ [ways[0]]: text, [ways[1]]: text }),
  oneOf: ways.map(way => ({ required: [way] })),
});

export const volumeSnapshot = kindWith(
  {
    spec: fields(
      {
        source: source(
          'persistentVolumeClaimName',
          'volumeSnapshotContentName',
        ),
        volumeSnapshotClassName: { type: 'string', minLength: 1 },
      },
      ['source'],
    ),
    status: fields({
      boundVolumeSnapshotContentName: text,
      creationTime: moment,
      error,
      readyToUse: flag,
      restoreSize: quantity,
      volumeGroupSnapshotName: text,
    }),
  },
  ['spec'],
);

export const volumeSnapshotClass = kindWith(
  { deletionPolicy, driver: text, parameters: strings },
  ['deletionPolicy', 'driver'],
);

export const volumeSnapshotContent = kindWith(
  {
    spec: fields(
      {
        deletionPolicy,
        driver: text,
        source: source('snapshotHandle', 'volumeHandle'),
        sourceVolumeMode: text,
        volumeSnapshotClassName: text,
        volumeSnapshotRef: fields({
          apiVersion: text,
          fieldPath: text,
          kind: text,
          name: text,
          namespace: text,
          resourceVersion: text,
          uid: text,
        }),
      },
      ['deletionPolicy', 'driver', 'source', 'volumeSnapshotRef'],
    ),
    status: fields({
      creationTime: generation,
      error,
      readyToUse: flag,
      restoreSize: { ...count, format: 'int64' },
      snapshotHandle: text,
      volumeGroupSnapshotHandle: text,
    }),
  },
  ['spec'],
);

/** snapshot.storage.k8s.io is protected: a definition says who approved it. */
export const APPROVAL = {
  'api-approved.kubernetes.io':
    'https://github.com/kubernetes-csi/external-snapshotter/pull/814',
};
