import { Json, KubeObject } from './object';

/** A resource the API server serves: what discovery says of it, and what storing it needs to know. */
export interface Resource {
  group: string;
  version: string;
  plural: string;
  kind: string;
  listKind: string;
  singular: string;
  namespaced: boolean;
  shortNames?: string[];
  categories?: string[];
  /** Has a `/status` subresource: then spec and status are written apart. */
  status: boolean;
  /** Counts changes of its spec in `metadata.generation`. */
  generation: boolean;
  /** Answers a delete with the object rather than with a Status. */
  answersDeleted: boolean;
  /** Comes from a CustomResourceDefinition. */
  custom: boolean;
  /** Only ever created, never stored (access reviews). */
  virtual?: boolean;
  /** Names follow the rule for path segments only, as RBAC objects' names do (`system:node`). */
  pathNames?: boolean;
}

type Flags = Partial<
  Pick<
    Resource,
    | 'shortNames'
    | 'categories'
    | 'status'
    | 'generation'
    | 'answersDeleted'
    | 'virtual'
    | 'pathNames'
  >
>;

function builtIn(
  apiVersion: string,
  plural: string,
  kind: string,
  namespaced: boolean,
  flags: Flags = {},
): Resource {
  const [group, version] = apiVersion.includes('/')
    ? apiVersion.split('/')
    : ['', apiVersion];
  return {
    group,
    version,
    plural,
    kind,
    listKind: `${kind}List`,
    // The real server leaves the singular of built-in resources empty.
    singular: '',
    namespaced,
    status: false,
    generation: false,
    answersDeleted: false,
    custom: false,
    ...flags,
  };
}

const RBAC = 'rbac.authorization.k8s.io/v1';
const STORAGE = 'storage.k8s.io/v1';

/** The built-in resources. To add one, add its line here; what it needs beyond that is in README.md. */
export const BUILT_IN: Resource[] = [
  builtIn('v1', 'configmaps', 'ConfigMap', true, { shortNames: ['cm'] }),
  builtIn('v1', 'events', 'Event', true, { shortNames: ['ev'] }),
  builtIn('v1', 'namespaces', 'Namespace', false, {
    shortNames: ['ns'],
    status: true,
    answersDeleted: true,
  }),
  builtIn('v1', 'nodes', 'Node', false, { shortNames: ['no'], status: true }),
  builtIn('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', true, {
    shortNames: ['pvc'],
    status: true,
    answersDeleted: true,
  }),
  builtIn('v1', 'persistentvolumes', 'PersistentVolume', false, {
    shortNames: ['pv'],
    status: true,
    answersDeleted: true,
  }),
  builtIn('v1', 'pods', 'Pod', true, {
    shortNames: ['po'],
    categories: ['all'],
    status: true,
    answersDeleted: true,
  }),
  builtIn('v1', 'resourcequotas', 'ResourceQuota', true, {
    shortNames: ['quota'],
    status: true,
    answersDeleted: true,
  }),
  builtIn('v1', 'secrets', 'Secret', true),
  builtIn('v1', 'services', 'Service', true, {
    shortNames: ['svc'],
    categories: ['all'],
    status: true,
  }),
  builtIn('v1', 'serviceaccounts', 'ServiceAccount', true, {
    shortNames: ['sa'],
    answersDeleted: true,
  }),
  builtIn('apps/v1', 'deployments', 'Deployment', true, {
    shortNames: ['deploy'],
    categories: ['all'],
    status: true,
    generation: true,
  }),
  builtIn('apps/v1', 'statefulsets', 'StatefulSet', true, {
    shortNames: ['sts'],
    categories: ['all'],
    status: true,
    generation: true,
  }),
  builtIn('batch/v1', 'jobs', 'Job', true, {
    categories: ['all'],
    status: true,
  }),
  // Kubernetes v1.20 has it as v1beta1 only, with the same fields.
  builtIn('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', true, {
    shortNames: ['pdb'],
    status: true,
    generation: true,
  }),
  builtIn(STORAGE, 'csidrivers', 'CSIDriver', false, { answersDeleted: true }),
  builtIn(STORAGE, 'csinodes', 'CSINode', false, { answersDeleted: true }),
  builtIn(STORAGE, 'storageclasses', 'StorageClass', false, {
    shortNames: ['sc'],
    answersDeleted: true,
  }),
  builtIn(STORAGE, 'volumeattachments', 'VolumeAttachment', false, {
    status: true,
    answersDeleted: true,
  }),
  builtIn(RBAC, 'clusterrolebindings', 'ClusterRoleBinding', false, {
    pathNames: true,
  }),
  builtIn(RBAC, 'clusterroles', 'ClusterRole', false, { pathNames: true }),
  builtIn(RBAC, 'rolebindings', 'RoleBinding', true, { pathNames: true }),
  builtIn(RBAC, 'roles', 'Role', true, { pathNames: true }),
  builtIn(
    'authorization.k8s.io/v1',
    'selfsubjectaccessreviews',
    'SelfSubjectAccessReview',
    false,
    { virtual: true },
  ),
  builtIn(
    'apiextensions.k8s.io/v1',
    'customresourcedefinitions',
    'CustomResourceDefinition',
    false,
    {
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
      status: true,
      generation: true,
    },
  ),
];

/** Finds a built-in resource by its plural and group. */
export function builtInResource(plural: string, group = ''): Resource {
  const resource = BUILT_IN.find(
    each => each.plural === plural && each.group === group,
  );
  if (!resource) {
    throw new Error(`No built-in resource ${plural} in group '${group}'`);
  }
  return resource;
}

/** The resources a CustomResourceDefinition serves: one for each served version. */
export function customResources(definition: KubeObject): Resource[] {
  const { group, names, scope, versions } = definition.spec;
  // What is being deleted is served no more, though its objects may still be there.
  if (definition.metadata.deletionTimestamp) {
    return [];
  }
  return versions
    .filter((version: Json) => version.served)
    .map((version: Json) => ({
      group,
      version: version.name,
      plural: names.plural,
      kind: names.kind,
      listKind: names.listKind ?? `${names.kind}List`,
      singular: names.singular ?? names.kind.toLowerCase(),
      namespaced: scope === 'Namespaced',
      shortNames: names.shortNames,
      categories: names.categories,
      status: !!version.subresources?.status,
      generation: true,
      answersDeleted: false,
      custom: true,
    }));
}

/** `cdi.kubevirt.io/v1beta1`, or `v1` for the core group. */
export function apiVersionOf(resource: Resource): string {
  return resource.group
    ? `${resource.group}/${resource.version}`
    : resource.version;
}
