import { Json, KubeObject } from './object';

const ANYTHING = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
};

function definition(
  group: string,
  version: string,
  kind: string,
  plural: string,
  scope: 'Namespaced' | 'Cluster',
  shortNames: string[] = [],
  schema: Json = ANYTHING,
): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        plural,
        singular: kind.toLowerCase(),
        listKind: `${kind}List`,
        ...(shortNames.length > 0 && { shortNames }),
      },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}

const text = { type: 'string' };
const flag = { type: 'boolean' };
const duration = {
  type: 'string',
  pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$',
};
const fields = (properties: Json, required: string[] = []) => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});
const list = (items: Json) => ({ type: 'array', items });

/** metav1.Condition, as every controller of Flux writes it. */
const conditions = list(
  fields(
    {
      type: { type: 'string', maxLength: 316 },
      status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
      reason: { type: 'string', minLength: 1, maxLength: 1024 },
      message: { type: 'string', maxLength: 32768 },
      lastTransitionTime: { type: 'string', format: 'date-time' },
      observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
    },
    ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
  ),
);
const observedGeneration = { type: 'integer', format: 'int64' };

/** The fields in use here, as Flux's own definitions have them, but for their defaults. */
const kustomizationSchema = fields({
  apiVersion: text,
  kind: text,
  metadata: { type: 'object' },
  spec: fields(
    {
      dependsOn: list(fields({ name: text, namespace: text }, ['name'])),
      force: flag,
      interval: duration,
      path: text,
      prune: flag,
      retryInterval: duration,
      sourceRef: fields(
        {
          apiVersion: text,
          kind: {
            type: 'string',
            enum: [
              'OCIRepository',
              'GitRepository',
              'Bucket',
              'ExternalArtifact',
            ],
          },
          name: text,
          namespace: text,
        },
        ['kind', 'name'],
      ),
      suspend: flag,
      targetNamespace: { type: 'string', minLength: 1, maxLength: 63 },
      timeout: duration,
      wait: flag,
    },
    ['interval', 'prune', 'sourceRef'],
  ),
  status: fields({
    conditions,
    inventory: fields(
      { entries: list(fields({ id: text, v: text }, ['id', 'v'])) },
      ['entries'],
    ),
    lastAppliedRevision: text,
    lastAttemptedRevision: text,
    lastHandledReconcileAt: text,
    observedGeneration,
  }),
});

const gitRepositorySchema = fields({
  apiVersion: text,
  kind: text,
  metadata: { type: 'object' },
  spec: fields(
    {
      interval: duration,
      ref: fields({ branch: text, commit: text, name: text, tag: text }),
      secretRef: fields({ name: text }, ['name']),
      suspend: flag,
      timeout: duration,
      url: { type: 'string', pattern: '^(http|https|ssh)://.*$' },
    },
    ['interval', 'url'],
  ),
  status: fields({
    artifact: fields(
      {
        digest: text,
        lastUpdateTime: { type: 'string', format: 'date-time' },
        path: text,
        revision: text,
        url: text,
      },
      ['lastUpdateTime', 'path', 'revision', 'url'],
    ),
    conditions,
    observedGeneration,
  }),
});

/**
 * CustomResourceDefinitions of the platform's own kinds: names and scopes are theirs; the schema takes anything, but for
 * Flux's, whose objects are written by hand and by a stand-in.
 */
export const PLATFORM_DEFINITIONS: readonly KubeObject[] = [
  definition(
    'cdi.kubevirt.io',
    'v1beta1',
    'DataVolume',
    'datavolumes',
    'Namespaced',
    ['dv', 'dvs'],
  ),
  definition(
    'cdi.kubevirt.io',
    'v1beta1',
    'StorageProfile',
    'storageprofiles',
    'Cluster',
  ),
  definition('cdi.kubevirt.io', 'v1beta1', 'CDI', 'cdis', 'Cluster', ['cdi']),
  definition(
    'cdi.kubevirt.io',
    'v1beta1',
    'CDIConfig',
    'cdiconfigs',
    'Cluster',
  ),
  definition(
    'kamaji.clastix.io',
    'v1alpha1',
    'TenantControlPlane',
    'tenantcontrolplanes',
    'Namespaced',
    ['tcp'],
  ),
  definition(
    'kubevirt.io',
    'v1',
    'VirtualMachineInstance',
    'virtualmachineinstances',
    'Namespaced',
    ['vmi', 'vmis'],
  ),
  definition(
    'kubevirt.io',
    'v1',
    'VirtualMachine',
    'virtualmachines',
    'Namespaced',
    ['vm', 'vms'],
  ),
  definition(
    'kustomize.toolkit.fluxcd.io',
    'v1',
    'Kustomization',
    'kustomizations',
    'Namespaced',
    ['ks'],
    kustomizationSchema,
  ),
  definition(
    'source.toolkit.fluxcd.io',
    'v1',
    'GitRepository',
    'gitrepositories',
    'Namespaced',
    ['gitrepo'],
    gitRepositorySchema,
  ),
];

/** The definitions that objects need and don't bring along themselves. */
export function definitionsFor(objects: readonly KubeObject[]): KubeObject[] {
  const brought = new Set(
    objects
      .filter(object => object.kind === 'CustomResourceDefinition')
      .map(object => object.metadata.name),
  );
  return PLATFORM_DEFINITIONS.filter(
    ({ metadata, spec }) =>
      !brought.has(metadata.name) &&
      objects.some(
        object =>
          object.kind === spec.names.kind &&
          object.apiVersion === `${spec.group}/${spec.versions[0].name}`,
      ),
  );
}
