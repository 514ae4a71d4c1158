import type { RepositoryEntry } from '../gitops';
import { classStorageKey } from './quotaFacts';

const KEY = classStorageKey('tenant-storage-class');

/** A tenant of the fleet: tenants in three layouts that Flux users have. */
export function tenantName(index: number): string {
  return `tenant-${String(index).padStart(4, '0')}`;
}

function deployment(name: string, namespace: string): string {
  const env = Array.from(
    { length: 12 },
    (_, index) =>
      `            - name: SETTING_${index}\n              value: "value of ${index}" # as agreed`,
  ).join('\n');
  return `# ${name}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n  labels:\n    app.kubernetes.io/name: ${name}\nspec:\n  replicas: 2\n  selector:\n    matchLabels: { app: ${name} }\n  template:\n    metadata:\n      labels: { app: ${name} }\n    spec:\n      containers:\n        - name: main\n          image: registry.example.com/${name}:1.2.3\n          env:\n${env}\n`;
}

function quota(name: string, namespace?: string): string {
  const place = namespace ? `\n  namespace: ${namespace}` : '';
  return `apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: ${name}${place}\nspec:\n  hard:\n    ${KEY}: 10Gi\n    persistentvolumeclaims: "20"\n`;
}

/**
 * A repository of manifests: for each tenant a quota, a kustomization, a Flux Kustomization and two more. Tenants differ by turns: in one
 * the quota names its namespace, in one its kustomization gives it, in one Flux does.
 */
export function largeFleet(manifests: number): RepositoryEntry[] {
  const entries: RepositoryEntry[] = [];
  const add = (path: string, content: string) =>
    entries.push({ type: 'file', path, content });
  for (let index = 0; entries.length < manifests; index += 1) {
    const name = tenantName(index);
    const folder = `clusters/test/tenants/${name}`;
    const layout = index % 3;
    add(
      `${folder}/quota.yaml`,
      quota(`${name}-storage`, layout === 0 ? name : undefined),
    );
    add(
      `${folder}/kustomization.yaml`,
      `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${
        layout === 1 ? `namespace: ${name}\n` : ''
      }resources:\n  - quota.yaml\n  - api.yaml\n  - worker.yaml\n`,
    );
    add(`${folder}/api.yaml`, deployment('api', name));
    add(`${folder}/worker.yaml`, deployment('worker', name));
    add(
      `clusters/test/flux/${name}.yaml`,
      `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${name}\n  namespace: flux-system\nspec:\n  interval: 10m\n  path: ./${folder}\n  prune: true\n${
        layout === 2 ? `  targetNamespace: ${name}\n` : ''
      }`,
    );
  }
  return entries;
}
