import { isDeepStrictEqual } from 'node:util';
import { SERVICE_ACCOUNT_NAME, SERVICE_ACCOUNT_TOKEN } from './authentication';
import { isRecord, Json, KubeObject } from './object';
import { isInteger, parseQuantity, QUANTITY_RULE } from './quantity';
import { Resource } from './resources';
import { badRequest, invalid, StatusCause } from './status';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const QUALIFIED_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce'];

/** Keys of a quota without a slash that v1.20 knows. */
const STANDARD_QUOTA_KEYS = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]);

const INTEGER_QUOTA_KEYS = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]);

const required = (field: string, why = ''): StatusCause => ({
  reason: 'FieldValueRequired',
  message: why ? `Required value: ${why}` : 'Required value',
  field,
});

const wrong = (field: string, value: string, why: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  field,
});

const prohibited = (field: string, why: string): StatusCause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${why}`,
  field,
});

const unsupported = (
  field: string,
  value: string,
  supported: string[],
): StatusCause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${JSON.stringify(
    value,
  )}: supported values: ${supported.map(each => `"${each}"`).join(', ')}`,
  field,
});

/** Refuses a new object that the real server would refuse, in its words. Kinds without a rule here are taken as they come. */
export function validateNew(resource: Resource, object: KubeObject): void {
  checkQuantities(resource, object);
  refuse(resource, object, [
    ...metadataCauses(resource, object),
    ...contentCauses(resource, object),
  ]);
}

/** Refuses a change that the real server would refuse, in its words. */
export function validateUpdate(
  resource: Resource,
  current: KubeObject,
  next: KubeObject,
  subresource: string,
): void {
  checkQuantities(resource, next);
  refuse(resource, next, [
    ...metadataCauses(resource, next),
    ...(subresource
      ? []
      : [
          ...contentCauses(resource, next),
          ...changeCauses(resource, current, next),
        ]),
  ]);
}

function refuse(
  resource: Resource,
  object: KubeObject,
  causes: StatusCause[],
): void {
  if (causes.length > 0) {
    throw invalid(
      resource.kind,
      resource.group,
      object.metadata.name ?? '',
      causes,
    );
  }
}

function metadataCauses(
  resource: Resource,
  { metadata }: KubeObject,
): StatusCause[] {
  const causes: StatusCause[] = [];
  const { name, labels } = metadata;
  if (!name) {
    causes.push(required('metadata.name', 'name or generateName is required'));
  } else {
    causes.push(
      ...nameProblems(resource, name).map(why =>
        wrong('metadata.name', name, why),
      ),
    );
  }
  for (const [key, value] of Object.entries<Json>(labels ?? {})) {
    const slash = key.indexOf('/');
    if (slash >= 0 && !SUBDOMAIN.test(key.slice(0, slash))) {
      causes.push(
        wrong('metadata.labels', key, `prefix part ${SUBDOMAIN_RULE}`),
      );
    }
    const part = key.slice(slash + 1);
    if (part.length > 63) {
      causes.push(
        wrong(
          'metadata.labels',
          key,
          'name part must be no more than 63 characters',
        ),
      );
    }
    if (!QUALIFIED.test(part)) {
      causes.push(wrong('metadata.labels', key, QUALIFIED_RULE));
    }
    const text = `${value}`;
    if (text.length > 63) {
      causes.push(
        wrong('metadata.labels', text, 'must be no more than 63 characters'),
      );
    }
    if (!LABEL_VALUE.test(text)) {
      causes.push(wrong('metadata.labels', text, LABEL_VALUE_RULE));
    }
  }
  return causes;
}

function nameProblems(resource: Resource, name: string): string[] {
  if (resource.pathNames) {
    if (name === '.' || name === '..') {
      return [`may not be '${name}'`];
    }
    return ['/', '%']
      .filter(sign => name.includes(sign))
      .map(sign => `may not contain '${sign}'`);
  }
  const isNamespace = resource.kind === 'Namespace' && !resource.group;
  const longest = isNamespace ? 63 : 253;
  const problems = [];
  if (name.length > longest) {
    problems.push(`must be no more than ${longest} characters`);
  }
  if (!(isNamespace ? LABEL : SUBDOMAIN).test(name)) {
    problems.push(isNamespace ? LABEL_RULE : SUBDOMAIN_RULE);
  }
  return problems;
}

/** Lists of quantities that the real server parses as it reads the body: one that is none is a 400, not a 422. */
function checkQuantities(resource: Resource, object: KubeObject): void {
  if (resource.custom) {
    return;
  }
  const lists: Record<string, Json[]> = {
    PersistentVolumeClaim: [
      object.spec?.resources?.requests,
      object.spec?.resources?.limits,
      object.status?.capacity,
    ],
    PersistentVolume: [object.spec?.capacity],
    ResourceQuota: [
      object.spec?.hard,
      object.status?.hard,
      object.status?.used,
    ],
    Node: [object.status?.capacity, object.status?.allocatable],
  };
  for (const list of lists[resource.kind] ?? []) {
    for (const value of Object.values(list ?? {})) {
      if (!parseQuantity(value)) {
        throw badRequest(
          `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: unmarshalerDecoder: ${QUANTITY_RULE}`,
        );
      }
    }
  }
}

function contentCauses(resource: Resource, object: KubeObject): StatusCause[] {
  if (resource.custom) {
    return [];
  }
  switch (resource.kind) {
    case 'PersistentVolumeClaim':
      return claimCauses(object.spec ?? {});
    case 'PersistentVolume':
      return volumeCauses(object.spec ?? {});
    case 'ResourceQuota':
      return quotaCauses(object.spec?.hard ?? {});
    case 'StorageClass':
      return object.provisioner ? [] : [required('provisioner')];
    case 'Event':
      return eventCauses(object);
    case 'Secret':
      return object.type === SERVICE_ACCOUNT_TOKEN &&
        !object.metadata.annotations?.[SERVICE_ACCOUNT_NAME]
        ? [required(`metadata.annotations[${SERVICE_ACCOUNT_NAME}]`)]
        : [];
    case 'Role':
    case 'ClusterRole':
      return (object.rules ?? []).flatMap((rule: Json, i: number) =>
        rule?.verbs?.length
          ? []
          : [
              required(
                `rules[${i}].verbs`,
                'verbs must contain at least one value',
              ),
            ],
      );
    case 'CustomResourceDefinition':
      return definitionCauses(object);
    default:
      return [];
  }
}

function modeCauses(modes: Json, missing: StatusCause): StatusCause[] {
  if (!Array.isArray(modes) || modes.length === 0) {
    return [missing];
  }
  return modes
    .filter(mode => !ACCESS_MODES.includes(mode))
    .map(mode => unsupported('spec.accessModes', `${mode}`, ACCESS_MODES));
}

function claimCauses(spec: Json): StatusCause[] {
  const causes = modeCauses(
    spec.accessModes,
    required('spec.accessModes', 'at least 1 access mode is required'),
  );
  const field = 'spec.resources[storage]';
  const value = spec.resources?.requests?.storage;
  const quantity = parseQuantity(value);
  if (!quantity) {
    causes.push(required(field));
  } else if (quantity.millis <= 0n) {
    causes.push(wrong(field, `${value}`, 'must be greater than zero'));
  }
  return causes;
}

/** Fields of a volume's spec that say nothing about where the data is. */
const NO_VOLUME_SOURCE = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeMode',
]);

function volumeCauses(spec: Json): StatusCause[] {
  const causes = modeCauses(spec.accessModes, required('spec.accessModes'));
  const capacity = isRecord(spec.capacity) ? spec.capacity : {};
  if (Object.keys(capacity).length === 0) {
    causes.push(required('spec.capacity'));
  }
  const quantity = parseQuantity(capacity.storage);
  if (!quantity) {
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: core.ResourceList(nil): supported values: "storage"`,
      field: 'spec.capacity',
    });
  } else if (quantity.millis <= 0n) {
    causes.push(
      wrong(
        'spec.capacity[storage]',
        `${capacity.storage}`,
        'must be greater than zero',
      ),
    );
  }
  if (!Object.keys(spec).some(field => !NO_VOLUME_SOURCE.has(field))) {
    causes.push(required('spec', 'must specify a volume type'));
  }
  return causes;
}

function quotaCauses(hard: Record<string, Json>): StatusCause[] {
  const causes: StatusCause[] = [];
  for (const [key, value] of Object.entries(hard)) {
    const field = `spec.hard[${key}]`;
    const quantity = parseQuantity(value);
    if (!quantity) {
      continue;
    }
    const standard = STANDARD_QUOTA_KEYS.has(key);
    if (!key.includes('/') && !standard) {
      if (!key.includes('.')) {
        causes.push(
          wrong(
            field,
            key,
            'must be a standard resource type or fully qualified',
          ),
        );
      }
      causes.push(wrong(field, key, 'must be a standard resource for quota'));
      continue;
    }
    if (quantity.millis < 0n) {
      causes.push(
        wrong(field, `${value}`, 'must be greater than or equal to 0'),
      );
    }
    // What has a prefix that isn't Kubernetes' own counts as an extended resource, and those come in whole numbers.
    const whole =
      INTEGER_QUOTA_KEYS.has(key) ||
      (key.includes('/') && !key.includes('kubernetes.io/'));
    if (whole && !isInteger(quantity)) {
      causes.push(wrong(field, `${value}`, 'must be an integer'));
    }
  }
  return causes;
}

function eventCauses(event: KubeObject): StatusCause[] {
  const { namespace } = event.metadata;
  const involved = event.involvedObject?.namespace ?? '';
  const matches = involved
    ? involved === namespace
    : namespace === undefined || namespace === 'default';
  return matches
    ? []
    : [
        wrong(
          'involvedObject.namespace',
          involved,
          'does not match event.namespace',
        ),
      ];
}

function definitionCauses({ metadata, spec }: KubeObject): StatusCause[] {
  const expected = `${spec?.names?.plural}.${spec?.group}`;
  return metadata.name === expected
    ? []
    : [
        wrong(
          'metadata.name',
          metadata.name,
          'must be spec.names.plural+"."+spec.group',
        ),
      ];
}

function changeCauses(
  resource: Resource,
  current: KubeObject,
  next: KubeObject,
): StatusCause[] {
  if (resource.custom) {
    return [];
  }
  switch (resource.kind) {
    case 'PersistentVolumeClaim':
      return claimChangeCauses(current, next);
    case 'StorageClass':
      return [
        ...['parameters', 'provisioner', 'reclaimPolicy']
          .filter(field => !isDeepStrictEqual(current[field], next[field]))
          .map(field =>
            prohibited(field, `updates to ${field} are forbidden.`),
          ),
        ...(current.volumeBindingMode === next.volumeBindingMode
          ? []
          : [
              wrong(
                'volumeBindingMode',
                next.volumeBindingMode,
                'field is immutable',
              ),
            ]),
      ];
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return isDeepStrictEqual(current.roleRef, next.roleRef)
        ? []
        : [
            wrong(
              'roleRef',
              `${next.roleRef?.kind}/${next.roleRef?.name}`,
              'cannot change roleRef',
            ),
          ];
    default:
      return [];
  }
}

/** A claim's size may grow once it is bound; nothing else of its spec may change but for its volume being named. */
function claimChangeCauses(
  current: KubeObject,
  next: KubeObject,
): StatusCause[] {
  const causes: StatusCause[] = [];
  const fixed = (claim: KubeObject) => {
    const { resources, volumeName, ...rest } = claim.spec;
    return {
      ...rest,
      ...(current.spec.volumeName && { volumeName }),
      resources: {
        ...resources,
        requests: { ...resources?.requests, storage: undefined },
      },
    };
  };
  const size = (claim: KubeObject) =>
    parseQuantity(claim.spec.resources?.requests?.storage)?.millis ?? 0n;
  const mayGrow = current.status?.phase === 'Bound';
  if (
    !isDeepStrictEqual(fixed(current), fixed(next)) ||
    (!mayGrow && size(current) !== size(next))
  ) {
    causes.push(
      prohibited(
        'spec',
        'spec is immutable after creation except resources.requests for bound claims',
      ),
    );
  }
  if (mayGrow && size(next) < size(current)) {
    causes.push(
      prohibited(
        'spec.resources.requests.storage',
        'field can not be less than previous value',
      ),
    );
  }
  return causes;
}
