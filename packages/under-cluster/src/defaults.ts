import { isRecord, Json, KubeObject } from './object';
import { parseQuantity, printQuantity } from './quantity';
import { Resource } from './resources';

/**
 * Fills in what the real server fills in, as far as anything here reads it, and prints quantities in canonical form.
 * Quantities that are none stay as they are, for validation to refuse.
 */
export function withDefaults(
  resource: Resource,
  object: KubeObject,
): KubeObject {
  if (resource.custom) {
    return object;
  }
  switch (resource.kind) {
    case 'Namespace':
      return {
        ...object,
        spec: { finalizers: ['kubernetes'], ...object.spec },
        status: { phase: 'Active', ...object.status },
      };
    case 'PersistentVolumeClaim':
      return {
        ...object,
        spec: {
          volumeMode: 'Filesystem',
          ...object.spec,
          ...(object.spec?.resources && {
            resources: resources(object.spec.resources),
          }),
        },
        status: {
          phase: 'Pending',
          ...object.status,
          ...quantitiesIn(object.status, ['capacity', 'allocatedResources']),
        },
      };
    case 'PersistentVolume':
      return {
        ...object,
        spec: {
          persistentVolumeReclaimPolicy: 'Retain',
          volumeMode: 'Filesystem',
          ...object.spec,
          ...quantitiesIn(object.spec, ['capacity']),
        },
        status: { phase: 'Pending', ...object.status },
      };
    case 'ResourceQuota':
      return {
        ...object,
        spec: { ...object.spec, ...quantitiesIn(object.spec, ['hard']) },
        status: {
          ...object.status,
          ...quantitiesIn(object.status, ['hard', 'used']),
        },
      };
    case 'StorageClass':
      return {
        reclaimPolicy: 'Delete',
        volumeBindingMode: 'Immediate',
        ...object,
      } as KubeObject;
    case 'CSIDriver':
      return {
        ...object,
        spec: {
          attachRequired: true,
          podInfoOnMount: false,
          volumeLifecycleModes: ['Persistent'],
          fsGroupPolicy: 'ReadWriteOnceWithFSType',
          ...object.spec,
        },
      };
    case 'Secret':
      return secret(object);
    case 'Event':
      return {
        source: {},
        firstTimestamp: null,
        lastTimestamp: null,
        eventTime: null,
        reportingComponent: '',
        reportingInstance: '',
        ...object,
      } as KubeObject;
    case 'Node':
      return {
        ...object,
        spec: { ...object.spec },
        status: {
          ...object.status,
          ...quantitiesIn(object.status, ['capacity', 'allocatable']),
        },
      };
    case 'Pod':
      return {
        ...object,
        spec: {
          restartPolicy: 'Always',
          terminationGracePeriodSeconds: 30,
          dnsPolicy: 'ClusterFirst',
          schedulerName: 'default-scheduler',
          ...object.spec,
          ...containersIn(object.spec),
        },
        status: { phase: 'Pending', ...object.status },
      };
    case 'Deployment':
      return {
        ...object,
        spec: {
          replicas: 1,
          strategy: {
            type: 'RollingUpdate',
            rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' },
          },
          revisionHistoryLimit: 10,
          progressDeadlineSeconds: 600,
          ...object.spec,
        },
        status: { ...object.status },
      };
    case 'VolumeAttachment':
      return { ...object, status: { attached: false, ...object.status } };
    case 'CustomResourceDefinition':
      return established(object);
    default:
      return object;
  }
}

/** Prints every quantity of the lists named in canonical form. */
function quantitiesIn(owner: Json, fields: string[]): Record<string, Json> {
  const result: Record<string, Json> = {};
  for (const field of fields) {
    if (isRecord(owner?.[field])) {
      result[field] = canonical(owner[field]);
    }
  }
  return result;
}

function canonical(quantities: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(quantities).map(([name, value]) => {
      const quantity = parseQuantity(value);
      return [name, quantity ? printQuantity(quantity) : value];
    }),
  );
}

function resources(requirements: Json): Json {
  return {
    ...requirements,
    ...quantitiesIn(requirements, ['requests', 'limits']),
  };
}

function containersIn(spec: Json): Record<string, Json> {
  return Array.isArray(spec?.containers)
    ? {
        containers: spec.containers.map((container: Json) => ({
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          ...container,
          resources: resources(container?.resources ?? {}),
        })),
      }
    : {};
}

/** A definition is accepted as soon as it is there; the real server takes a moment. */
function established(definition: KubeObject): KubeObject {
  const { spec, metadata } = definition;
  const names = {
    singular: spec?.names?.kind?.toLowerCase(),
    listKind: `${spec?.names?.kind}List`,
    ...spec?.names,
  };
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastTransitionTime: metadata.creationTimestamp,
    reason,
    message,
  });
  return {
    ...definition,
    spec: { conversion: { strategy: 'None' }, ...spec, names },
    status: {
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition(
          'Established',
          'InitialNamesAccepted',
          'the initial names have been accepted',
        ),
      ],
      acceptedNames: names,
      storedVersions: (spec?.versions ?? [])
        .filter((version: Json) => version.storage)
        .map((version: Json) => version.name),
      ...definition.status,
    },
  };
}

/** `stringData` is for writing only: it ends up in `data`. */
function secret(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  const data = {
    ...rest.data,
    ...Object.fromEntries(
      Object.entries<string>(stringData ?? {}).map(([key, value]) => [
        key,
        Buffer.from(value).toString('base64'),
      ]),
    ),
  };
  return {
    ...rest,
    ...(Object.keys(data).length > 0 && { data }),
    type: object.type ?? 'Opaque',
  } as KubeObject;
}
