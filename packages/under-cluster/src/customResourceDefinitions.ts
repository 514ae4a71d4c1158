import { KubeObject } from './object';

function definition(
  group: string,
  version: string,
  kind: string,
  plural: string,
  scope: 'Namespaced' | 'Cluster',
  shortNames: string[] = [],
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
          schema: {
            openAPIV3Schema: {
              type: 'object',
              'x-kubernetes-preserve-unknown-fields': true,
            },
          },
        },
      ],
    },
  };
}

/** CustomResourceDefinitions of the platform's own kinds: names and scopes are theirs, the schema takes anything. */
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
